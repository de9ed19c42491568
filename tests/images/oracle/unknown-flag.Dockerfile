# told: unknown-flag
FROM alpine:3.22 AS build
FROM alpine:3.22
RUN true
COPY --form=build /etc/passwd /users
