# told:
ARG IMAGE
FROM ${IMAGE:-alpine:3.22} AS base
FROM ${NOTHING:+x}base
