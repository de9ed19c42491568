# told: forward-reference
FROM alpine:3.22 AS site
COPY --from=1 /etc/passwd /users
FROM alpine:3.22 AS assets
FROM site
