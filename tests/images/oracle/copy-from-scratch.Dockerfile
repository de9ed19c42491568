# told:
FROM alpine:3.22
COPY --from=scratch / /nothing
