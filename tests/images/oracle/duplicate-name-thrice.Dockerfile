# told: duplicate-stage-name forward-reference
FROM alpine:3.22 AS build
FROM alpine:3.22 AS site
COPY --from=build /etc/passwd /users
FROM alpine:3.22 AS build
FROM alpine:3.22 AS build
FROM site
