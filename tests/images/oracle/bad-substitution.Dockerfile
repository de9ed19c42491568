# told: bad-substitution
FROM alpine:3.22 AS base
WORKDIR /srv/${NAME^^}
