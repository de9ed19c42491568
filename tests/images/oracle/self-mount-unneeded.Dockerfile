# told: self-reference
FROM alpine:3.22 AS build
RUN --mount=type=bind,from=build,target=/mnt true
FROM alpine:3.22 AS other
