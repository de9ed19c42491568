"""Faults of base images, and of what they do not have."""

import re

from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts, version_numbers
from dockls.semantics.files import copies_of
from dockls.syntax import Place
from faults.sample import Injection, Sample
from faults.weaving import both, on, one_of, woven


def keeps_its_root(stage: Stage) -> bool:
    """Whether the stage runs as root, and nothing that it copies may be a whole system, where rules say nothing."""
    places = [copy.destination for each in stage.chain for copy in copies_of(each)]
    return on()(stage) and not {None, "/"}.intersection(places)


def has_wget_only(stage: Stage) -> bool:
    """Whether the image is one of Alpine, and nothing in it speaks of `curl`."""
    speaks = any("curl" in one.text for each in stage.chain for one in each.instructions)
    return on("alpine", "node", "python", "ruby", "golang", distribution="alpine")(stage) and not speaks


def on_older_glibc(stage: Stage) -> bool:
    """Whether a program built on Debian 13 finds an older C library here."""
    known = base_facts(stage)
    return on()(stage) and known is not None and bool(known.glibc and known.release) and known.glibc < "2.41"


def sets_interpreter(stage: Stage) -> bool:
    """Whether something of the stage may put a Python in another one's place, where the rule says nothing."""
    return any(
        word in one.text for one in stage.instructions for word in ("/usr/local/bin", "/usr/bin/", "ln -", "sed ")
    )


def with_newer_builder(text: str) -> Sample | None:
    """A builder in front of a stranger's own stage on an older Alpine."""
    found = re.search(r"^FROM alpine:(3\.\d+)(?: AS \w+)?$", text, re.MULTILINE)
    if found is None or version_numbers(found[1]) >= (3, 24) or text.count(found[0]) > 1 or " AS " in text:
        return None
    form = """
FROM alpine:3.24 AS compiled
RUN apk add --no-cache build-base
RUN --mount=type=bind,target=. g++ -o /usr/local/bin/server *.cpp
...
COPY --from=compiled /usr/local/bin/server /usr/local/bin/
"""
    sample = woven(form)(text)
    # The successor takes the place of the older release.
    return sample and Sample(sample.wrong.replace(found[1], "3.24", 1), sample.wrong)


def has_known_users(stage: Stage, name: str) -> bool:
    """Whether nothing in the stage can have made the user, and the tables know the others."""
    known = base_facts(stage)
    runs = any(one.keyword in ("RUN", "ONBUILD") for each in stage.chain for one in each.instructions)
    roles = ("empty", "distro", "language", "runtime")
    return known is not None and known.role in roles and name not in known.users and not runs


#: a tag that is no longer built, and the one that is to take its place: what there was before is not what is right
OUTDATED = (
    ("node:24-alpine", "node:14-alpine"),
    ("node:24-bookworm-slim", "node:16-bullseye-slim"),
    ("docker.io/library/node:24", "docker.io/library/node:12"),
    ("python:3.14-slim", "python:3.7-slim"),
    ("python:3.14-slim-trixie", "python:3.8-slim-buster"),
    ("debian:trixie-slim", "debian:buster-slim"),
    ("debian:13", "debian:10"),
    ("alpine:3.24", "alpine:3.12"),
    ("ubuntu:26.04", "ubuntu:18.04"),
    ("ubuntu:resolute", "ubuntu:focal"),
    ("php:8.5-fpm-alpine", "php:7.4-fpm-alpine"),
    ("gcr.io/distroless/static-debian13", "gcr.io/distroless/static-debian11"),
)
#: a tag that never was, and the nearest one that was
UNPUBLISHED = (
    ("gcc:15", "gcc:15-alpine"),
    ("golang:1.26", "golang:1.26-slim"),
    ("rust:1.91", "rust:1.91-alpine3.10"),
    ("maven:3.9-eclipse-temurin-17", "maven:3.8.6-openjdk-17"),
    ("php:8.4-fpm", "php:8.4-fpm-slim"),
    ("nginx:1.29", "nginx:1.29-slim"),
    ("python:3.14-slim", "python:3.14-slim-alpine"),
    ("docker.io/library/perl:5.42", "docker.io/library/perl:5.42-alpine"),
)


def on_another_base(images: tuple[tuple[str, str], ...]) -> Injection:
    """Another image for a stage of the file: one of the same name where there is one."""

    def injected(text: str) -> Sample | None:
        model = Model.of(text)
        stages = [one for one in model.stages if one.base is not None and one.base.target is None]
        plain = [one for one in stages if re.fullmatch(r"[\w./:-]+", one.declaration.words[0].text)]
        if not plain:
            return None
        stage = plain[len(text) % len(plain)]
        word = stage.declaration.words[0]
        alike = [pair for pair in images if pair[0].partition(":")[0] == word.text.partition(":")[0]] or images
        sound, wrong = alike[len(text) % len(alike)]
        start, end = model.absolute(Place(stage.declaration, word.span))
        return both(f"{text[:start]}«{sound}|{wrong}»{text[end:]}")

    return injected


def with_shell_form(text: str) -> Sample | None:
    """The command of an image without a shell, written for one."""
    model = Model.of(text)
    last = model.stages[-1] if model.stages else None
    for one in last.instructions if last is not None and on(libc="none")(last) and keeps_its_root(last) else ():
        words = " ".join([word.value for word in one.words])
        if one.keyword in ("CMD", "ENTRYPOINT") and one.is_json and re.fullmatch(r"[\w./=:-]+( [\w./=:-]+)*", words):
            start = model.start_of(one)
            body = text[start:].removeprefix(one.text.rstrip())
            return Sample(text, f"{text[:start]}{one.raw_keyword} {words}{body}")
    return None


INJECTIONS: dict[str, Injection] = {
    "library-removed-with-headers": one_of(
        woven(
            """
FROM python:3.14-alpine AS with-driver
«RUN apk add --no-cache libpq
|»RUN apk add --no-cache --virtual .build-deps gcc musl-dev postgresql-dev \\
    && pip install --no-cache-dir psycopg2 \\
    && apk del .build-deps
...
"""
        ),
        woven(
            """
...
FROM php:8.4-fpm-alpine
«RUN apk add --no-cache icu-libs
|»RUN apk add --no-cache --virtual .phpize icu-dev $PHPIZE_DEPS \\
    && docker-php-ext-install intl \\
    && apk del .phpize
"""
        ),
        woven(
            """
FROM python:3.13-alpine AS with-driver
«RUN apk add --no-cache mariadb-connector-c
|»RUN apk add --no-cache --virtual build-deps build-base mariadb-dev && pip install mysqlclient && apk del build-deps
...
"""
        ),
        woven(
            """
FROM php:8.4-cli-alpine AS with-driver
«RUN apk add --no-cache libpq
|»RUN apk add --no-cache --virtual .build postgresql-dev && docker-php-ext-install pdo_pgsql && apk del .build
...
"""
        ),
    ),
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
RUN [ "«env", "CGO_ENABLED=0", "go|go»", "build", "-o", "/server", "." ]
...
COPY --from=server-build --chmod=0755 /server /server
""",
            lambda stage: on(libc="none")(stage) and keeps_its_root(stage),
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
    "foreign-script-interpreter": one_of(
        woven(
            """
FROM python:3.13-slim AS wheels
COPY requirements.txt .
RUN pip install --no-cache-dir --user -r requirements.txt gunicorn
...
COPY --from=wheels /root/.local /root/.local
ENTRYPOINT ["«python3", "-m", "gunicorn|/root/.local/bin/gunicorn»", "--bind", "0.0.0.0:8000", "app:app"]
""",
            lambda stage: on("debian", "ubuntu", "alpine")(stage) and not sets_interpreter(stage),
        ),
        woven(
            """
...
FROM python:3.14-slim-bookworm AS wheels
RUN --mount=type=cache,target=/root/.cache/pip \\
    --mount=type=bind,source=requirements.txt,target=/requirements.txt \\
    pip install --user -r /requirements.txt

FROM gcr.io/distroless/python3-debian12:nonroot
COPY --from=wheels --chown=nonroot:nonroot /root/.local /home/nonroot/.local
ENV PATH=/home/nonroot/.local/bin:$PATH
ENTRYPOINT [ "«python3", "-m", "uvicorn|uvicorn»", "main:app" ]
"""
        ),
        woven(
            """
FROM python:3.12-alpine AS wheels
RUN pip install --user celery==5.5

...
FROM alpine:3.22 AS worker
RUN apk add --no-cache python3
WORKDIR /srv
COPY --from=wheels /root/.local/ /srv/.local/
COPY . .
ENV PATH="/srv/.local/bin:${PATH}"
ENTRYPOINT ["«python3", "-m", "celery|celery»"]
CMD ["worker"]
"""
        ),
    ),
    "missing-certificates": one_of(
        woven(
            """
FROM debian:trixie-slim AS download
RUN apt-get update && apt-get install -y --no-install-recommends «ca-certificates |»curl && \\
    rm -rf /var/lib/apt/lists/*
RUN curl -fsSL https://example.com/tool.tar.gz -o /tool.tar.gz
...
"""
        ),
        woven(
            """
...
FROM ubuntu:24.04 AS download
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update \\
    && apt-get install --yes --no-install-recommends \\
        unzip \\
        «ca-certificates |»wget \\
    && wget -q "https://example.com/v1/tool.zip" \\
    && unzip tool.zip
"""
        ),
        woven(
            """
FROM debian:bookworm-slim AS tools
RUN apt-get -qq update && apt-get -qqy install --no-install-recommends «ca-certificates |»git make
FROM tools AS download
ARG REVISION=main
RUN git clone --depth 1 --branch "$REVISION" https://example.com/tool.git /tool
...
"""
        ),
    ),
    "missing-health-check-tool": one_of(
        woven(
            """
...
HEALTHCHECK --interval=30s --timeout=3s CMD «wget -q --spider|curl -f» http://localhost:8080/health || exit 1
""",
            has_wget_only,
        ),
        woven(
            """
...
FROM node:24-alpine AS server
WORKDIR /app
COPY . .
HEALTHCHECK --interval=1m --retries=5 \\
    CMD «wget -q --spider|curl -f --silent --show-error» "http://127.0.0.1:${PORT:-3000}/" || exit 1
CMD ["node", "server.js"]
"""
        ),
        woven(
            """
FROM busybox:1.37 AS files
HEALTHCHECK CMD «wget -q --spider|curl --fail --silent» http://localhost
CMD ["httpd", "-f"]

...
"""
        ),
    ),
    "newer-alpine-in-builder": one_of(
        woven(
            """
FROM alpine:3.24 AS compiled
RUN apk add --no-cache gcc musl-dev
COPY server.c .
RUN gcc -O2 -o /server server.c
...
FROM alpine:«3.24|3.19» AS server
COPY --from=compiled /server /server
ENTRYPOINT ["/server"]
"""
        ),
        woven(
            """
...
FROM alpine:3.23 AS compiled
RUN apk add --no-cache g++ make
WORKDIR /src
COPY . .
RUN g++ -std=c++23 -o bin/server main.cpp

FROM docker.io/library/alpine:«3.23|3.22.1» AS program-base
RUN apk add --no-cache libstdc++
FROM program-base
WORKDIR /app
COPY --from=compiled /src/bin/ ./
CMD ["./server"]
"""
        ),
        with_newer_builder,
    ),
    "nginx-without-root": one_of(
        woven(
            """
...
FROM «nginxinc/nginx-unprivileged|nginx»:1.30-alpine
COPY dist /usr/share/nginx/html
USER nginx
"""
        ),
        woven(
            """
...
FROM «nginxinc/nginx-unprivileged|docker.io/library/nginx»:1.29 AS web
COPY nginx/site.conf /etc/nginx/conf.d/default.conf
COPY --chown=101:101 public/ /usr/share/nginx/html/
USER 101:101
CMD ["nginx", "-g", "daemon off;"]
"""
        ),
        woven(
            """
FROM «nginxinc/nginx-unprivileged|nginx»:alpine AS web-base
RUN rm /etc/nginx/conf.d/default.conf
...
FROM web-base
COPY web/ /usr/share/nginx/html/
USER nginx:nginx
EXPOSE 8080
"""
        ),
    ),
    "outdated-base": on_another_base(OUTDATED),
    "unpublished-tag": on_another_base(UNPUBLISHED),
    "no-shell": one_of(
        with_shell_form,
        woven(
            """
...
FROM gcr.io/distroless/static-debian13:nonroot
COPY server /usr/bin/server
ENTRYPOINT «["/usr/bin/server", "--port=8080"]|/usr/bin/server --port=8080»
"""
        ),
        woven(
            """
FROM scratch AS tool
COPY --chmod=0755 tool /tool
HEALTHCHECK --interval=1m CMD «["/tool", "check"]|/tool check»
CMD «["/tool", "serve", "a b"]|/tool serve 'a b'»
...
"""
        ),
        woven(
            """
...
FROM gcr.io/distroless/java21-debian12 AS jar
WORKDIR /app
COPY target/*.jar app.jar
CMD «["java", "-jar", "app.jar", "--spring.config.location=/etc/app"]|java \\
    -jar app.jar \\
    --spring.config.location=/etc/app»
"""
        ),
    ),
    "unknown-user": one_of(
        woven("\n...\nUSER «65532:65532|app»\n", lambda stage: keeps_its_root(stage) and has_known_users(stage, "app")),
        woven(
            """
...
FROM alpine:3.24 AS server
RUN mkdir -p /data && chown -R 1000:1000 /data
COPY --chown=1000:1000 server /usr/local/bin/
USER «65532:65532|server:server»
CMD ["server"]
"""
        ),
        woven(
            """
FROM debian:trixie-slim AS base-image
RUN apt-get update && \\
    apt-get install -y --no-install-recommends tzdata && \\
    rm -rf /var/lib/apt/lists/*
...
FROM base-image
USER «65532:65532|"deploy"»
"""
        ),
        woven(
            """
FROM scratch AS tool
COPY tool /tool
USER «65532:65532|nonroot»
ENTRYPOINT ["/tool"]
...
"""
        ),
    ),
}
