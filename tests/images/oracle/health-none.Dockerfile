# told: syntax-error
FROM alpine:3.22
HEALTHCHECK NONE true
