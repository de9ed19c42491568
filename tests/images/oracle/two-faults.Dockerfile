# told: unknown-instruction unknown-flag
FROM alpine:3.22 AS build
COPY --form=build /one /two
RUM true
