# told: syntax-error
FROM alpine:3.22

RUN --mount=type=cahe,target=/cache true
