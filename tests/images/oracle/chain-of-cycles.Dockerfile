# told: stage-cycle
FROM alpine:3.22 AS one
COPY --from=three /b /b
FROM one AS two
FROM alpine:3.22 AS three
COPY --from=two /a /a
FROM alpine:3.22
