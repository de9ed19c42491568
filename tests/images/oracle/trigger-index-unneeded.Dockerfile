# told: stage-index-out-of-range
FROM alpine:3.22 AS base
ONBUILD COPY --from=7 /one /two
FROM base AS site
FROM alpine:3.22 AS files
