# told:
ARG FLAVOR=dev
FROM alpine:3.22 AS app-dev
RUN touch /dev-only
FROM alpine:3.22 AS app-prod
FROM app-${FLAVOR}
