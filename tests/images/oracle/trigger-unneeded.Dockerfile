# told: forward-reference
FROM alpine:3.22 AS base
ONBUILD COPY --from=files /one /two
FROM base AS site
FROM alpine:3.22 AS files
