# told: self-reference
FROM alpine:3.22
FROM alpine:3.22 AS build
COPY --from=1 /etc/passwd /two
