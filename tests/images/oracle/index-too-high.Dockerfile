# told: stage-index-out-of-range
FROM alpine:3.22 AS unneeded
COPY --from=2 /etc/passwd /users
FROM alpine:3.22 AS last
