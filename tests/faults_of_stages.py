"""Faults between stages, and between a stage and its base image or the build context."""

import re

from faults import Injection, Sample, replacing
from weaving import both, on, one_of, woven

from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts, version_numbers


def on_older_glibc(stage: Stage) -> bool:
    """Whether a program built on Debian 13 finds an older C library here."""
    known = base_facts(stage)
    return on()(stage) and known is not None and bool(known.glibc and known.release) and known.glibc < "2.41"


INJECTIONS: dict[str, Injection] = {
    "foreign-libc": one_of(
        woven(
            """
FROM golang:1.26-alpine AS server-build
RUN apk add --no-cache gcc musl-dev
WORKDIR /src
COPY . .
RUN «CGO_ENABLED=0 |»go build -o /server .

...
COPY --from=server-build /server /usr/local/bin/server
""",
            on(libc="glibc"),
        ),
        woven(
            """
FROM golang:1.26 AS server-build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && \\
    GOOS=linux «CGO_ENABLED=0 |»go build -trimpath -o bin/ ./cmd/server
...
COPY --from=server-build /src/bin/server /opt/
""",
            on(libc="musl"),
        ),
        woven(
            """
FROM golang:1.26-trixie AS server-build
WORKDIR /go/src/server
RUN --mount=type=bind,target=. «CGO_ENABLED=0 |»go install ./cmd/server
...
COPY --from=server-build /go/bin/server /server
ENTRYPOINT ["/server"]
""",
            on_older_glibc,
        ),
    ),
    "missing-loader": one_of(
        woven(
            """
FROM golang:1.26 AS server-build
WORKDIR /src
COPY . .
RUN «CGO_ENABLED=0 |»go build -o /server .
...
COPY --from=server-build --chmod=0755 /server /server
""",
            on(libc="none"),
        ),
        woven(
            """
...
FROM golang:1.26 AS server-build
WORKDIR /src
COPY . .
ARG VERSION=dev
RUN go vet ./... && «CGO_ENABLED=0 |»go build \\
    -ldflags "-s -w -X main.version=${VERSION}" \\
    -o server ./cmd/server

FROM scratch AS server
COPY --from=server-build /src/server /
ENTRYPOINT ["/server"]
"""
        ),
        woven(
            """
...
FROM golang:1.26-bookworm AS server-build
RUN --mount=type=cache,target=/root/.cache/go-build \\
    --mount=type=bind,target=. \\
    «CGO_ENABLED=0 |»go build -o /out/server .

FROM gcr.io/distroless/static-debian12:nonroot
WORKDIR /app
COPY --from=server-build /out ./
CMD ["/app/server"]
"""
        ),
    ),
}
