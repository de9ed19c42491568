"""Faults of files that a stage, the build context or the image does not have."""

import re

from dockls.semantics import Model
from dockls.syntax import Place
from faults.sample import Injection, Sample
from faults.weaving import on, one_of, woven


def with_misspelt_source(text: str) -> Sample | None:
    """A letter too few in the name of a file that is copied; the context has all that is copied by name."""
    model = Model.of(text)
    words = [
        (one, word)
        for stage in model.stages
        for one in stage.instructions
        if one.keyword == "COPY" and not one.parsed.flag("from") and not one.is_json
        for word in one.words[:-1]
        if re.fullmatch(r"[./-]*\w[\w./-]*", word.text) and not word.text.startswith(("..", "/"))
    ]
    plain = [
        each for each in words if re.search(r"\w{5,}\.(json|txt|toml|js|py|go|yml|yaml|sh|conf|php|ini)$", each[1].text)
    ]
    if len(words) < 2 or not plain:
        return None
    one, word = plain[len(text) % len(plain)]
    start, end = model.absolute(Place(one, word.span))
    middle = end - word.text[::-1].index(".") - 3
    files = {each.text.rstrip("/") + ("" if "." in each.text.strip("./") else "/"): "" for _, each in words}
    return Sample(text, text[:middle] + text[middle + 1 :], files) if start < middle else None


#: settings of Django that read variables, by three libraries
SETTINGS = "import os\n\nDEBUG = False\nSECRET_KEY = os.environ['SECRET_KEY']\n"
DATABASE = "import environ\n\nenv = environ.Env()\nSECRET_KEY = env('DJANGO_KEY')\nDATABASE = env.str('DATABASE_URL')\n"
DECOUPLED = (
    "from decouple import config\n\nSECRET_KEY = config('APP_KEY', cast=str)\nDEBUG = config('DEBUG', default=False)\n"
)

#: a script that nobody may execute, and its mode
SCRIPT = "#!/bin/sh\nexec java org.gradle.wrapper.GradleWrapperMain\n"
LOCKED = 0o644
POM = "<project>\n  <artifactId>shop</artifactId>\n  <version>1.4.0</version>\n</project>\n"

INJECTIONS: dict[str, Injection] = {
    "script-not-executable": one_of(
        woven(
            """
FROM eclipse-temurin:25-jdk AS jar-build
WORKDIR /src
COPY «--chmod=755 |»gradlew ./
COPY gradle ./gradle
RUN ./gradlew --version
...
""",
            files={"gradlew": SCRIPT, "gradle/": ""},
            modes={"gradlew": LOCKED},
        ),
        woven(
            """
FROM eclipse-temurin:25-jdk AS jar-build
COPY mvnw pom.xml /src/
COPY .mvn /src/.mvn
RUN cd /src && «sh |»./mvnw -B dependency:go-offline
...
""",
            files={"mvnw": SCRIPT, "pom.xml": POM, ".mvn/": ""},
            modes={"mvnw": LOCKED},
        ),
        woven(
            """
...
FROM debian:13-slim
COPY «--chmod=755 |»docker/start.sh /usr/local/bin/start.sh
ENTRYPOINT ["/usr/local/bin/start.sh"]
CMD ["serve"]
""",
            files={"docker/start.sh": SCRIPT},
            modes={"docker/start.sh": LOCKED},
        ),
        woven(
            """
FROM node:24 AS tools-build
WORKDIR /src
COPY . .
RUN «chmod +x ./scripts/setup && |»./scripts/setup && npm ci
...
""",
            files={"scripts/setup": "#!/usr/bin/node\n", "package.json": "{}", "package-lock.json": "{}"},
            modes={"scripts/setup": LOCKED},
        ),
    ),
    "wrong-jar-name": one_of(
        woven(
            """
FROM maven:3-eclipse-temurin-25 AS jar-build
WORKDIR /src
COPY . .
RUN mvn -B package
FROM eclipse-temurin:25-jre AS jar-run
COPY --from=jar-build /src/target/«shop-1.4.0|app».jar /app.jar
...
""",
            files={"pom.xml": POM},
        ),
        woven(
            """
FROM maven:3-eclipse-temurin-25 AS jar-build
WORKDIR /src
COPY pom.xml .
COPY src ./src
RUN mvn -B clean package -DskipTests
...
FROM eclipse-temurin:25-jre
COPY --from=jar-build /src/target/«store|shop-0.0.1-SNAPSHOT».jar /srv/
""",
            files={"pom.xml": POM.replace("</project>", "  <build><finalName>store</finalName></build>\n</project>")},
        ),
        woven(
            """
FROM gradle:9-jdk25 AS jar-build
WORKDIR /src
COPY . .
RUN gradle --no-daemon build
FROM eclipse-temurin:25-jre-alpine AS jar-run
COPY --from=jar-build /src/build/libs/«shop-1.4.0|app».jar /app.jar
...
""",
            files={
                "settings.gradle": "rootProject.name = 'shop'\n",
                "build.gradle": "plugins { id 'java' }\nversion = '1.4.0'\n",
            },
        ),
        woven(
            """
FROM eclipse-temurin:25-jdk AS jar-build
WORKDIR /src
COPY ./ ./
RUN ./gradlew bootJar
...
FROM eclipse-temurin:25-jre
COPY --from=jar-build /src/build/libs/«shop-1.4.0|shop».jar /app.jar
""",
            files={
                "gradlew": SCRIPT,
                "settings.gradle.kts": 'rootProject.name = "shop"\n',
                "build.gradle.kts": 'plugins { id("org.springframework.boot") version "4.0.0" }\nversion = "1.4.0"\n',
            },
        ),
    ),
    "missing-copy-source": with_misspelt_source,
    "missing-build-setting": one_of(
        woven(
            """
...
COPY . .
RUN «SECRET_KEY=build-only |»python manage.py collectstatic --noinput
""",
            on(),
            {"shop/settings.py": SETTINGS, "manage.py": ""},
        ),
        woven(
            """
FROM python:3.14-slim AS static
WORKDIR /srv
COPY . .
RUN pip install -r requirements.txt && \\
    «DJANGO_KEY=build-only DATABASE_URL=build-only |»python3 ./manage.py collectstatic --noinput --clear && \\
    rm -rf /root/.cache
...
""",
            files={"settings.py": DATABASE, "manage.py": "", "requirements.txt": ""},
        ),
        woven(
            """
...
FROM python:3.13 AS static
ENV DEBUG=0
COPY site/ /site/
RUN cd /site && «APP_KEY=build-only |»./manage.py check --deploy
""",
            files={"site/shop/settings.py": DECOUPLED, "site/manage.py": ""},
        ),
    ),
    "missing-copied-path": one_of(
        woven(
            """
FROM golang:1.26 AS server-build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .
...
COPY --from=server-build «/src/server|/go/bin/server» /usr/local/bin/server
"""
        ),
        woven(
            """
...
FROM gcc:15 AS compiled
WORKDIR /work
RUN --mount=type=bind,target=/work/source \\
    gcc -O2 -static -o tool source/tool.c

FROM scratch
COPY --from=compiled --chmod=755 «/work/tool|/tool» /
ENTRYPOINT ["/tool"]
"""
        ),
        woven(
            """
FROM node:24-alpine AS assets
WORKDIR /web
RUN mkdir -p generated && touch generated/index.html
...
FROM nginx:1.30-alpine
COPY --from=assets ["«/web/generated/index.html|/app/index.html»", "/usr/share/nginx/html/"]
"""
        ),
    ),
    "missing-lock-file": one_of(
        woven(
            """
FROM node:24-alpine AS assets
WORKDIR /web
COPY package.json« package-lock.json|» ./
RUN npm ci
COPY . .
RUN npm run build
...
"""
        ),
        woven(
            """
...
FROM node:24 AS assets
RUN corepack enable
WORKDIR /web
COPY web/package.json« web/pnpm-lock.yaml|» ./
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \\
    pnpm install --frozen-lockfile --prod
"""
        ),
        woven(
            """
FROM ruby:3.4-slim AS gems
WORKDIR /app
COPY --link Gemfile« Gemfile.lock|» .ruby-version ./
RUN bundle install --deployment
...
"""
        ),
        woven(
            """
...
FROM node:22-slim AS assets
WORKDIR /srv
COPY --chown=node:node ["package.json",« "package-lock.json",|» ".npmrc", "./"]
RUN npm ci --omit=dev
"""
        ),
        woven(
            """
FROM rust:1.91-slim AS server-build
WORKDIR /src
COPY Cargo.toml« Cargo.lock|» ./
COPY src src
RUN cargo build --release --locked
...
FROM python:3.14 AS application
WORKDIR /app
COPY pyproject.toml uv.lock .
"""
        ),
        woven(
            """
...
FROM python:3.14-slim AS application
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/
WORKDIR /app
COPY --link pyproject.toml« uv.lock|» /app/
RUN uv sync --locked --no-install-project
"""
        ),
    ),
    "missing-package-json": one_of(
        woven(
            """
FROM node:24 AS assets
WORKDIR /app
COPY . .
RUN npm ci && npm run build
...
FROM node:24-slim
WORKDIR /app
«COPY --from=assets /app/package.json ./
|»COPY --from=assets /app/node_modules ./node_modules
COPY --from=assets /app/dist ./dist
CMD ["npm", "start"]
"""
        ),
        woven(
            """
...
FROM node:22-alpine AS assets
WORKDIR /srv
COPY . ./
RUN yarn install --immutable && yarn build

FROM node:22-alpine
ENV NODE_ENV=production
«COPY --from=assets --chown=node:node ["/srv/package.json", "/srv/"]
|»COPY --from=assets --chown=node:node ["/srv/node_modules", "/srv/node_modules"]
COPY --from=assets --chown=node:node /srv/build/ /srv/build/
WORKDIR /srv
USER node
ENTRYPOINT ["yarn"]
CMD ["start"]
"""
        ),
        woven(
            """
FROM node:18-slim AS assets
WORKDIR /app
COPY . .
RUN npm ci
...
FROM gcr.io/distroless/nodejs18-debian12
WORKDIR /app
COPY server.js ./
«COPY --from=assets /app/package.json ./
|»COPY --from=assets /app/node_modules node_modules
CMD ["server.js"]
""",
            files={"package.json": '{"type": "module"}', "server.js": ""},
        ),
    ),
    "missing-script": one_of(
        woven(
            """
FROM node:24 AS assets
WORKDIR /app
COPY . .
RUN npm ci && npm run build
...
FROM node:24-slim AS server-base
COPY --from=assets /app/dist /app
FROM server-base
CMD ["node", "«/app/index.js|dist/index.js»"]
"""
        ),
        woven(
            """
...
FROM python:3.14-slim
RUN pip install --no-cache-dir flask
COPY --chown=1000:1000 src/ /srv/
USER 1000:1000
WORKDIR /app
ENTRYPOINT [ "python3", "«/srv/app.py|src/app.py»", "--port", "8080" ]
"""
        ),
        woven(
            """
...
FROM eclipse-temurin:25-jre
WORKDIR /opt/application
COPY target .
ENTRYPOINT ["java", "-Xmx256m", "-jar", "«/opt/application/server.jar|/target/server.jar»"]
"""
        ),
    ),
    "missing-shared-library": one_of(
        woven(
            """
FROM python:3.14-slim AS wheels
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev
RUN python -m venv /venv && /venv/bin/pip install psycopg2
...
FROM python:3.14-slim
«RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
|»COPY --from=wheels /venv /venv
CMD ["/venv/bin/python", "-m", "app"]
"""
        ),
        woven(
            """
...
FROM python:3.13-alpine AS wheels
RUN apk add --no-cache build-base postgresql-dev
RUN pip install --prefix=/install 'psycopg2==2.9.10'

FROM python:3.13-alpine
RUN apk add --no-cache tini
«RUN apk add --no-cache libpq
|»COPY --from=wheels /install /usr/local
ENTRYPOINT ["tini", "--"]
"""
        ),
        woven(
            """
FROM debian:bookworm AS compiled
RUN apt-get update && apt-get install -y gcc default-libmysqlclient-dev
COPY server.c .
RUN gcc -o /server server.c -lmariadb
...
FROM debian:bookworm-slim
«RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 && rm -rf /var/lib/apt/lists/*
|»COPY --from=compiled /server /usr/local/bin/
"""
        ),
    ),
    "spilled-directory": one_of(
        woven(
            """
FROM node:24 AS assets
WORKDIR /app
COPY package*.json ./
RUN npm ci
...
COPY --from=assets /app/node_modules /srv/web«/node_modules|/»
"""
        ),
        woven(
            """
...
FROM node:22-alpine AS assets
WORKDIR /web
COPY . .
RUN npm ci && npx next build

FROM node:22-alpine
WORKDIR /web
COPY --from=assets --chown=node:node /web/.next/ .«/.next|»
COPY --from=assets --chown=node:node /web/node_modules .«/node_modules|/»
"""
        ),
        woven(
            """
FROM python:3.14 AS wheels
RUN python -m venv /opt/.venv && /opt/.venv/bin/pip install flask
...
FROM python:3.14-slim
ARG PREFIX=/opt
WORKDIR $PREFIX
COPY --from=wheels /opt/.venv "/app«/.venv|»"
COPY --link --from=wheels /usr/local/lib/python3.14/site-packages /usr/local/lib/python3.14«/site-packages|»
"""
        ),
    ),
}
