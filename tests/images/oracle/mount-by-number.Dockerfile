# told: unknown-stage
FROM alpine:3.22 AS files
FROM alpine:3.22
RUN --mount=type=bind,from=0,target=/mnt true
