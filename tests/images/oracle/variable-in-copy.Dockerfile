# told: variable-in-from-flag
ARG WHICH=build
FROM alpine:3.22 AS build
FROM alpine:3.22
COPY --from=$WHICH /etc/passwd /users
