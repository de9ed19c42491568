# told:
FROM alpine:3.22 AS Files
RUN touch /one
FROM alpine:3.22
COPY --from=FILES /one /two
RUN --mount=type=bind,from=fiLes,target=/mnt test -f /mnt/one
