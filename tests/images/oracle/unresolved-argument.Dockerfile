# told: unresolved-stage-argument
ARG FLAVOR=production
FROM alpine:3.22 AS app-dev
FROM alpine:3.22 AS app-prod
FROM app-${FLAVOR}
