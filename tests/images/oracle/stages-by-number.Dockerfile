# told:
FROM alpine:3.22
RUN touch /one
FROM alpine:3.22
COPY --from=0 /one /two
FROM alpine:3.22 AS last
COPY --from=1 /two /three
