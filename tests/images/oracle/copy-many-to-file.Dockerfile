# told:
FROM alpine:3.22 AS files
RUN touch /one /two
FROM alpine:3.22
COPY --from=files /one /two /three
