# told: unknown-flag
FROM alpine:3.22

HEALTHCHECK --interval=5s \
  --retry=3 \
  CMD true
