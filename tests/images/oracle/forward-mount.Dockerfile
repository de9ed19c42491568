# told: forward-reference
FROM alpine:3.22 AS site
RUN --mount=type=bind,from=assets,target=/mnt true
FROM alpine:3.22 AS assets
FROM site
