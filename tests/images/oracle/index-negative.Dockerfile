# told: stage-index-out-of-range
FROM alpine:3.22
FROM alpine:3.22
COPY --from=-1 /etc/passwd /users
