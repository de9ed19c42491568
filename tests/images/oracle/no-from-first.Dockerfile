# told: syntax-error
RUN true
FROM alpine:3.22
