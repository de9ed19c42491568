# syntax=docker/dockerfile:1
FROM golang:1.27 AS builder
ARG VERSION=dev
WORKDIR /src
COPY . .
RUN go mod download
RUN CGO_ENABLED=0 go build -ldflags="-s -w -X main.version=${VERSION}" -o /clock .

FROM gcr.io/distroless/static-debian13 AS app
WORKDIR /src
COPY --from=builder /clock /clock
EXPOSE 8080
ENTRYPOINT ["/clock"]
