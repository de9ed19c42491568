# told:
FROM alpine:3.22 AS busybox
RUN touch /one
FROM busybox
COPY --from=busybox /one /two
