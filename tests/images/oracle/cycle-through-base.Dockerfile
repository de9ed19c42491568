# told: stage-cycle
FROM alpine:3.22 AS one
RUN --mount=type=bind,from=two,target=/mnt true
FROM one AS two
RUN true
