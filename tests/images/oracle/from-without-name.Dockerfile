# told: syntax-error
FROM alpine:3.22 AS
RUN true
