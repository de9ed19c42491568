# told: reserved-stage-name
FROM alpine:3.22 AS scratch
RUN touch /one
FROM scratch AS next
COPY --from=scratch /one /two
