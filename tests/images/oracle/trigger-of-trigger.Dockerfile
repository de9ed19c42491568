# told: syntax-error
FROM alpine:3.22
ONBUILD ONBUILD RUN true
