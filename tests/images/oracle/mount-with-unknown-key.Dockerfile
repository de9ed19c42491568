# told: syntax-error
FROM alpine:3.22
RUN --mount=type=cache,tarjet=/cache true
