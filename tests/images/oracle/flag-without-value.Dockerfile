# told: syntax-error
FROM alpine:3.22 AS build
FROM alpine:3.22
COPY --from /etc/passwd /users
