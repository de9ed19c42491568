# told: unknown-instruction
FROM alpine:3.22 AS build

RUM true
FROM build
