# told: forward-from
FROM runtime AS server
RUN true
FROM alpine:3.22 AS runtime
RUN true
FROM server
