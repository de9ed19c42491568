# told:
FROM alpine:3.22 AS base
ONBUILD COPY --from=site /etc/passwd /users
FROM base AS site
RUN test -f /users
