# told:
FROM alpine:3.22 AS files
RUN touch /one
FROM alpine:3.22 AS base
ONBUILD COPY --from=files /one /two
ONBUILD COPY --from=9 /one /two
FROM alpine:3.22
RUN --mount=type=bind,from=Files,target=/mnt test -f /mnt/one
