# told: reserved-stage-name
FROM alpine:3.22 AS Context
RUN touch /one
FROM alpine:3.22
COPY --from=context /one /two
