# told: syntax-error
FROM alpine:3.22
SHELL /bin/sh -c
