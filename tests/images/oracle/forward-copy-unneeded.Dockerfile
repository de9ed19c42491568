# told: forward-reference
FROM alpine:3.22 AS site
COPY --from=assets /etc/passwd /users
FROM alpine:3.22 AS assets
RUN true
