# told: stage-cycle
FROM alpine:3.22 AS one
COPY --from=two /b /b
FROM alpine:3.22 AS two
COPY --from=one /a /a
FROM alpine:3.22 AS apart
