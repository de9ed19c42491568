# told: unknown-stage
FROM alpine:3.22 AS build
FROM alpine:3.22
COPY --from=biuld /etc/passwd /users
