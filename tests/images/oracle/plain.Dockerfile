# told:
ARG VERSION=3.22
FROM golang:1.25 AS Build
WORKDIR /src
FROM alpine:${VERSION} AS tools
RUN true
FROM build AS copy-of-nothing
FROM tools
COPY --from=build /src /src
