"""Faults of commands that span several instructions: each in a stage of its own within a stranger's file.

The corpus has too few files of each kind: hardly any Rust, Poetry or Node in it is built as these rules suppose.
"""

import json

from faults.places import OWN, Choice, Lines

_PACKAGE = {"name": "own", "dependencies": {"left-pad": "1.3.0"}, "devDependencies": {"typescript": "5", "vite": "7"}}
_LOCKS = {"package-lock.json": "{}", "yarn.lock": "", "pnpm-lock.yaml": "", "bun.lock": "", "src/main.ts": ""}


def build_for_production(choose: Choice) -> Lines:
    """A build behind an install for production, with and without a known `package.json`."""
    install, flag, build = choose(
        ("npm ci", " --omit=dev", "npm run build"),
        ("npm install", " --production", "npm run build -- --mode production"),
        ("npm ci", " --only=production", "npm run -s build"),
        ("npm clean-install", " --only=prod", "npm run build"),
        ("yarn install --frozen-lockfile", " --production", "yarn build"),
        ("yarn", " --production", "yarn run build"),
        ("pnpm install --frozen-lockfile", " --prod", "pnpm run build"),
        ("pnpm install", " -P", "pnpm build"),
        ("bun install --frozen-lockfile", " --production", "bun run build"),
        ("npm ci", " --omit=dev", "node_modules/.bin/tsc -p ."),
        ("corepack pnpm install", " --prod", "corepack pnpm build"),
        ("npm ci", " --omit dev", "npm run build:web"),
        ("npm install", " --only prod", "npm run build"),
        ("yarn install", " --production=true", "yarn tsc -p ."),
        ("bun install", " -p", "bun run build"),
        ("NODE_ENV=production npm ci", "", "npm run build"),
        ("NODE_ENV=production pnpm install", "", "pnpm run build"),
    )
    against = {"npm": "« --include=dev|»", "pnpm": "« --prod=false|»"}[install.split()[1]] if not flag else ""
    silent = " --no-audit" if "npm ci" in install else ""
    both = f"{install}«|{flag}»{against}{silent}" + choose("", " && rm -rf /tmp/x")
    steps = choose(
        f"COPY package*.json *lock* ./\nRUN {both}\nCOPY . .\nRUN {build}\n",
        f"COPY . .\nRUN {both} \\\n && {build}\n",
        f"COPY . ./\nRUN --mount=type=cache,target=/root/.cache {both}\n\nENV NODE_ENV=production\nRUN {build}\n",
    )
    if flag and choose(False, False, False, True) and "&&" not in both:
        words = [f'"{word}"' for word in install.split()] + ['"--ignore-scripts"'] * ("npm ci" in install)
        left_out = "".join([f', "{word}"' for word in flag.split()])
        steps = f"COPY . .\nRUN [{', '.join(words)}«|{left_out}»]\nRUN {build}\n"
    script = choose("tsc", "tsc -p . && vite build", "NODE_ENV=production vite build", "node_modules/.bin/vite build")
    manifest = json.dumps(_PACKAGE | {"scripts": {"build": script, "build:web": script}})
    files = choose({}, {"package.json": manifest, **_LOCKS})
    base = "oven/bun:1" if "bun" in install else choose("node:24-alpine", "node:22-slim", "node:24")
    return Lines(f"FROM {base} AS {OWN}build\nWORKDIR /app\n{steps}\n", files)


def early_argument(choose: Choice) -> Lines:
    """An ARG of the commit or the day above an install."""
    name = choose("GIT_COMMIT", "BUILD_DATE", "CI_COMMIT_SHA", "VCS_REF", "BUILD_NUMBER", "GIT_SHA")
    declared = choose(f"ARG {name}", f"ARG {name}=unknown", f'ARG {name}=""')
    base, install = choose(
        ("alpine:3.22", "apk add --no-cache curl"),
        ("debian:trixie-slim", "apt-get update \\\n && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*"),
        ("python:3.14-slim", "pip install --no-cache-dir flask"),
        ("golang:1.25", "go mod download && go mod verify"),
        ("python:3.14", "python -m pip install --upgrade pip"),
        ("node:24", "npm install -g pnpm && npm cache clean --force"),
        ("ruby:3.4", "gem install rails"),
    )
    copied = "COPY go.mod go.sum ./\n" if base.startswith("golang") else choose("", "COPY a.txt /a.txt\n")
    used = choose(
        f"LABEL revision=${name}\n",
        f"LABEL revision=${{{name}}} \\\n      kind=own\n",
        f"RUN echo ${name} > /revision\n",
    )
    return Lines(
        f"FROM {base} AS {OWN}runtime\nWORKDIR /app\n«|{declared}\n»{copied}RUN {install}\n"
        f"COPY app /app/\n«{declared}\n|»{used}\n"
    )


def early_sources(choose: Choice) -> Lines:
    """All sources copied above an install; what is put above it is the manifests that there are or that may be."""
    base, guess, known, install = choose(
        ("node:24", "package*.json", "package.json package-lock.json", "npm ci"),
        ("node:24-alpine", "package.json yarn.lock", "package.json yarn.lock", "yarn install --frozen-lockfile"),
        ("python:3.14", "requirements.txt", "requirements.txt", "pip install --no-cache-dir -r requirements.txt"),
        ("golang:1.25", "go.mod go.sum", "go.mod go.sum", "go mod download"),
        ("ruby:3.4", "Gemfile Gemfile.lock", "Gemfile Gemfile.lock", "bundle install"),
    )
    files = {name: '{"name": "own"}' if name.endswith("json") else "" for name in known.split()} | {"src/main.x": ""}
    is_known = choose(True, False)
    manifests = known if is_known else guess
    whole, folder = choose((". .", "./"), (". ./", "./"), ("./ ./", "./"), (". /app/", "/app/"), (". /app", "/app/"))
    return Lines(
        f"FROM {base} AS {OWN}build\nWORKDIR /app\n«COPY {manifests} {folder}\n|COPY {whole}\n»RUN {install}\n"
        f"«COPY {whole}\n|»RUN {choose('make', './build.sh', 'true')}\n\n",
        files if is_known else {},
    )


def cache_of_nothing(choose: Choice) -> Lines:
    """A cache mount that is emptied by the command that is to use it."""
    base, folder, command, cleaning = choose(
        ("node:24", "/root/.npm", "npm ci", "npm cache clean --force"),
        ("python:3.14", "/root/.cache/pip", "pip install flask", "pip cache purge"),
        ("python:3.14", "/root/.cache", "pip3 install flask", "rm -rf /root/.cache"),
        ("fedora:42", "/var/cache/dnf", "dnf install -y gcc", "dnf clean all"),
        ("golang:1.25", "/go/pkg/mod", "go build ./...", "go clean -modcache"),
        ("golang:1.25", "/root/.cache/go-build", "go build ./...", "go clean -cache"),
    )
    if folder == "/root/.npm":
        cleaning = choose(cleaning, "rm -rf ~/.npm", "rm -rf $HOME/.npm/*")
    joint = choose("; ", " && ", " \\\n && ", " \\\n    && ", " && \\\n    ")
    start = choose("", "cd /app && ", "set -eux; ")
    behind = choose("", " && true") if "&&" in joint else choose("", "; true")
    return Lines(
        f"FROM {base} AS {OWN}build\nRUN --mount=type=cache,target={folder} {start}{command}"
        f"«|{joint}{cleaning}»{behind}\n\n"
    )


def second_download(choose: Choice) -> Lines:
    """A stage that copies the folder of another one and downloads all again."""
    image, build, test = choose(
        ("maven:3.9-eclipse-temurin-21", "mvn -B package -DskipTests", "mvn -B verify"),
        ("gradle:8-jdk21", "gradle build -x test", "gradle check"),
        ("rust:1.90", "cargo build --release", "cargo test --release"),
        ("golang:1.25", "go build -o /server .", "go test ./..."),
        ("mcr.microsoft.com/dotnet/sdk:9.0", "dotnet publish -o /out", "dotnet test"),
    )
    folder = choose("/src", "/app", "/usr/src/app", "/work/own/")
    copied = choose(f"{folder} {folder}", f"{folder} ./" if folder == "/app" else f"{folder} {folder}")
    name = f"{OWN}{choose('build', 'compile')}"
    return Lines(
        f"FROM {image} AS {name}\nWORKDIR {folder}\nCOPY . .\nRUN {build}\n\n"
        f"FROM «{name}|{image}» {choose('AS', 'as')} {OWN}test\nWORKDIR {folder}\n"
        f"«|COPY --from={name} {copied}\n»RUN {choose('', 'true && ')}{test}\n\n"
    )


def headers_in_image(choose: Choice) -> Lines:
    """A program built elsewhere, and the headers of what it is linked to."""
    base, install, headers, library = choose(
        ("alpine:3.22", "apk add --no-cache ", "libpq-dev", "libpq"),
        ("alpine:3.22", "apk add --no-cache tzdata ", "sqlite-dev", "sqlite-libs"),
        ("debian:bookworm-slim", "apt-get update; apt-get install -y --no-install-recommends ", "libpq-dev", "libpq5"),
        ("debian:trixie-slim", "apt-get update && apt-get install -y ca-certificates ", "libssl-dev", "libssl3t64"),
        ("debian:bookworm", "apt-get update \\\n && apt-get install -y \\\n    ", "libcurl4-openssl-dev", "libcurl4"),
    )
    behind = choose("", " && true") if "apk" in install else " && rm -rf /var/lib/apt/lists/*"
    return Lines(
        f"\nFROM rust:1.90 AS {OWN}build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\n\nFROM {base}\n"
        f"RUN {install}«{library}|{headers}»{choose('', ' tini')}{behind}\n"
        f'COPY --from={OWN}build /src/target/release/server /server\nCMD ["/server"]\n'
    )


def older_sources(choose: Choice) -> Lines:
    """A dummy built in front of the real sources, whose time may be older."""
    folder = choose("/app", "/usr/src/app", "/src/own")
    name = choose("main.rs", "main.rs", "lib.rs")
    text = "fn main() {}" if name == "main.rs" else ""
    dummy = choose(
        f"mkdir src && echo '{text}' > src/{name}",
        f'mkdir -p src && printf "{text}" > src/{name}',
        f'mkdir src \\\n && echo "{text}" > {folder}/src/{name}',
        f"cargo init {'--lib' if name == 'lib.rs' else '--bin'} --name own .",
        f"mkdir src && echo '{text}' | tee src/{name}",
    )
    build = choose("cargo build --release", "cargo build -r --locked", "cargo build", "cargo install --path .")
    manifests = "" if "init" in dummy else "COPY Cargo.toml Cargo.lock ./\n"
    first = choose(f"RUN {dummy} && {build}\n", f"RUN {dummy}\nRUN {build}\n", f"RUN {dummy} \\\n && {build}\n")
    copied = choose("COPY src ./src", f"COPY src {folder}/src/", "COPY . .")
    start, behind = choose(("", ""), ("cd . && ", ""), ("", " && cp target/release/own /own"))
    return Lines(
        f"FROM rust:1.90{choose('', '-alpine')} AS {OWN}build\nWORKDIR {folder}\n{manifests}{first}{copied}\n"
        f"RUN {start}«touch -c {folder}/src/{name} && |»{build}{behind}\n\n"
    )


def early_platform(choose: Choice) -> Lines:
    """An ARG of the platform above the download that is the same for all."""
    base, copied, download, build = choose(
        ("golang:1.25", "COPY go.mod go.sum ./", "go mod download", "GOARCH=$TARGETARCH go build -o /server ."),
        ("golang:1.25-alpine", "COPY go.* ./", "apk add git && go mod download", "GOARCH=${TARGETARCH} go build ."),
        ("node:24", "COPY package*.json ./", "npm ci", "npm run build -- --arch=$TARGETARCH"),
        ("rust:1.90", "COPY a.sh /a.sh", "apt-get update && apt-get install -y clang", "make ARCH=$TARGETARCH"),
        ("mcr.microsoft.com/dotnet/sdk:9.0", "COPY own.csproj ./", "dotnet restore", "dotnet publish -a $TARGETARCH"),
    )
    declared = choose("ARG TARGETARCH", "ARG TARGETARCH=amd64", "ARG TARGETARCH")
    return Lines(
        f"FROM --platform=$BUILDPLATFORM {base} AS {OWN}build\nWORKDIR /src\n"
        f"«|{declared}\n»{copied}\nRUN {download}\nCOPY . .\n«{declared}\n|»RUN {build}\n\n"
    )


def nothing_added(choose: Choice) -> Lines:
    """A step that means to install what is for development and adds nothing."""
    install, again = choose(
        ("npm ci", "npm install --save-dev"),
        ("npm install", "npm install -D"),
        ("npm ci --no-audit", "npm i --save"),
        ("pnpm install --frozen-lockfile", "pnpm install -D"),
        ("bun install", "bun install --save-dev"),
    )
    flags = choose("", "--mount=type=cache,target=/root/.npm ")
    base = "oven/bun:1" if install.startswith("bun") else "node:24"
    upon = choose("", f"\nFROM {OWN}deps AS {OWN}build\n")
    step = choose(
        f"«|RUN {flags}{again}\n»",
        f"«|RUN {flags}cd . && {again}\n»",
        f"RUN {flags}«|{again} && »rm -rf /tmp/own\n",
        f"RUN true«|; {again}»; rm -rf /tmp/own\n",
        f"RUN true \\\n«| && {again}» && true\n",
    )
    return Lines(
        f"FROM {base} AS {OWN}deps\nWORKDIR /app\nCOPY package*.json ./\nRUN {flags}{install}\n{upon}"
        f"{step}COPY . .\nRUN npm run build\n\n"
    )


def project_without_sources(choose: Choice) -> Lines:
    """Poetry told to install a project of which only the manifests are there."""
    get = choose("pip install poetry", "pip install --no-cache-dir 'poetry==2.1.1'", "pip install poetry~=2.0")
    flags = choose(" --only main", "", " --no-interaction --no-ansi", " --without dev", " --sync")
    manifests = choose(
        "pyproject.toml poetry.lock ./",
        "pyproject.toml poetry.lock* /app/",
        "./pyproject.toml ./poetry.lock README.md ./",
    )
    start, behind = choose(
        ("", ""), ("poetry config virtualenvs.create false && ", ""), ("", " \\\n && rm -rf /root/.cache")
    )
    poetry = choose("poetry", "python -m poetry", "poetry --no-cache", "/usr/local/bin/poetry")
    verb = "install" if "sync" in flags or "only" in flags else choose("install", "sync")
    between = choose("", "ENV POETRY_VIRTUALENVS_CREATE=false\n", f"\nFROM {OWN}base AS {OWN}build\n")
    return Lines(
        f"FROM python:3.{choose('14', '13')}-slim AS {OWN}base\nRUN {get}\nWORKDIR /app\nCOPY {manifests}\n{between}"
        f"RUN {start}{poetry} {verb}« --no-root|»{flags}{behind}\nCOPY . .\n\n"
    )


def started_twice(choose: Choice) -> Lines:
    """CMD with the program that the image starts by itself."""
    image, program, arguments = choose(
        ("gcr.io/distroless/nodejs24-debian13", "node", '"/app/server.js"'),
        ("gcr.io/distroless/nodejs22-debian12:nonroot", "/nodejs/bin/node", '"/app/server.js", "--port", "80"'),
        ("gcr.io/distroless/python3-debian13", "python3", '"-u", "/app/main.py"'),
        ("gcr.io/distroless/python3-debian12", "python", '"/app/main.py"'),
        ("gcr.io/distroless/java21-debian13", "java", '"-jar", "/app/app.jar"'),
        ("gcr.io/distroless/java17-debian12", "/usr/bin/java", '"-jar", "/app/app.jar"'),
        ("cgr.dev/chainguard/node", "node", '"/app/server.js"'),
        ("cgr.dev/chainguard/python:latest", "python", '"/app/main.py"'),
    )
    sound = arguments.removeprefix('"-jar", ')
    comma = choose(", ", ",", " , ")
    return Lines(
        f"\nFROM {image} AS {OWN}runtime\nCOPY app /app/\n{choose('', 'EXPOSE 80', 'WORKDIR /app')}\n"
        f'CMD [«{sound}|"{program}"{comma}{arguments}»]\n\n'
    )


def writing_as_user(choose: Choice) -> Lines:
    """A command that writes into a folder of root's as another user."""
    base, user = choose(("node:24-slim", "node"), ("node:22-alpine", "node"), ("node:24", "1000"))
    folder = choose("/app", "/srv/own", "/home/own/app")
    command = choose(
        "npm ci", "npm install --omit=dev", "mkdir data", "touch started", "pnpm install", "mkdir -p a/b && ls"
    )
    chown = choose("", f"--chown={user} ")
    copied = choose(f"COPY {chown}package*.json ./\n", f"COPY package.json package-lock.json {folder}/\n", "COPY . .\n")
    return Lines(
        f"FROM {base} AS {OWN}runtime\nWORKDIR {folder}\n{copied}{choose('', 'RUN apt-get --version || true')}\n"
        f'«RUN chown {user} {folder}\n|»USER {user}\nRUN {command}\nCMD ["node", "server.js"]\n\n'
    )


def one_architecture(choose: Choice) -> Lines:
    """A program that is built for one architecture alone."""
    architecture = choose("amd64", "arm64")
    value = f"«$TARGETARCH|{architecture}»"
    declared = "«ARG TARGETARCH\n|»"
    steps = choose(
        f"{declared}RUN CGO_ENABLED=0 GOOS=linux GOARCH={value} go build -o /server .\n",
        f"{declared}ENV CGO_ENABLED=0 \\\n    GOARCH={value}\nRUN go build -o /server .\n",
        f"{declared}ENV GOARCH={value}\n\nRUN go install ./cmd/own\n",
        f'{declared}RUN cd own && GOARCH="{value}" go build -o /server . && true\n',
        f"{declared}RUN GOARCH={value} go build -o /one ./one && GOARCH={value} go build -o /two ./two\n",
        f"{declared}ENV GOARCH={value}\nRUN GOARCH={value} go build -o /one ./one\n",
        f"{declared}RUN export GOARCH={value} && go build -o /server ./...\n",
        f"{declared}RUN env GOOS=linux \\\n    GOARCH={value} \\\n    go build -o /server .\n",
        f"{declared}ENV GOARCH {value}\nRUN --mount=type=cache,target=/root/.cache go build -o /server .\n",
    )
    return Lines(f"FROM golang:1.25{choose('', '-alpine')} AS {OWN}build\nWORKDIR /src\nCOPY . .\n{steps}\n")


def single_file(choose: Choice) -> Lines:
    """`go build` that is given a file."""
    package, file = choose((".", "main.go"), (".", "./main.go"), ("./cmd/own", "cmd/own/main.go"), (".", "server.go"))
    start = choose("", "CGO_ENABLED=0 GOOS=linux ", "go vet ./... && ", "env CGO_ENABLED=0 ")
    flags = choose("-o /server ", '-ldflags="-s -w" -o /server ', "-v -o bin/server ")
    behind = choose("", " && true", " \\\n && ls -l")
    files = {"go.mod": "module own", "main.go": "package main\nfunc main() {}\n", "routes.go": "package main\n"}
    files |= {
        "cmd/own/main.go": files["main.go"],
        "cmd/own/routes.go": files["routes.go"],
        "server.go": files["main.go"],
    }
    return Lines(
        f"FROM golang:1.25 AS {OWN}build\nWORKDIR /src\nCOPY . .\n"
        f"RUN {start}go build {flags}«{package}|{file}»{behind}\n\n",
        files if file == "server.go" or choose(True, False) else {},
    )


def unexported(choose: Choice) -> Lines:
    """A variable that is set in the same RUN for a program behind it."""
    base, setting, command = choose(
        ("golang:1.26", "CGO_ENABLED=0", "go build -o /own ."),
        ("golang:1.26-alpine", "GOOS=linux GOARCH=arm64", "go build -o /own ."),
        ("node:24", "NODE_ENV=production", "npm run build"),
        ("node:24-alpine", "NODE_OPTIONS=--max-old-space-size=4096", "yarn build"),
        ("debian:13", "DEBIAN_FRONTEND=noninteractive", "apt-get update && apt-get install -y tzdata"),
        ("rust:1.90", 'RUSTFLAGS="-C target-cpu=native"', "cargo build --release"),
    )
    between = choose("; ", " && ", " \\\n && ", " && true && ")
    before = choose("", "set -eux; ", "cd /own && ")
    run = choose(
        f"RUN {before}«export |»{setting}{between}{command}\n",
        f"RUN {before}«export |»{setting}{between}{command}\n",
        f"RUN <<END\n«export |»{setting}\n{command}\nEND\n",
    )
    return Lines(f"FROM {base} AS {OWN}build\nWORKDIR /own\nCOPY . .\n{run}\n")
