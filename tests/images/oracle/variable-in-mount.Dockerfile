# told: variable-in-from-flag
ARG WHICH=build
FROM alpine:3.22 AS build
FROM alpine:3.22
ARG WHICH
RUN --mount=type=bind,from=${WHICH},target=/mnt true
