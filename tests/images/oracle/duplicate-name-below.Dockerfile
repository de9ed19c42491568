# told: duplicate-stage-name
FROM alpine:3.22 AS build
RUN touch /one
FROM build AS site
RUN test -f /one
FROM site AS build
