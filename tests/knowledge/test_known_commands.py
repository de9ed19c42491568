"""What commands install, build, serve, and which only make sense while developing."""

import shlex

import pytest

from dockls.knowledge import (
    Output,
    build_command,
    dependency_step,
    development_command,
    install_command,
    package_install,
    static_server,
)


@pytest.mark.parametrize(
    ("text", "ecosystem", "copy"),
    [
        ("npm ci", "npm", "package*.json"),
        ("npm i", "npm", "package*.json"),
        ("corepack pnpm install", "pnpm", "package.json pnpm-lock.yaml"),
        ("yarn", "yarn", "package.json yarn.lock"),
        ("yarn --frozen-lockfile", "yarn", "package.json yarn.lock"),
        ("pnpm i --frozen-lockfile", "pnpm", "package.json pnpm-lock.yaml"),
        ("bun install", "bun", "package.json bun.lock*"),
        ("go mod download -x", "go", "go.mod go.sum"),
        ("pip install -r requirements.txt", "pip", "requirements.txt"),
        ("python3 -m pip install -r reqs/prod.txt -c limits.txt", "pip", "reqs/prod.txt limits.txt"),
        ("pip install --requirement=r.txt", "pip", "r.txt"),
        ("uv pip install -r r.txt", "pip", "r.txt"),
        ("uv sync --locked --no-install-project", "uv", "pyproject.toml uv.lock"),
        ("poetry install --no-root", "poetry", "pyproject.toml poetry.lock*"),
        ("./mvnw -B dependency:go-offline", "maven", "pom.xml"),
        ("./gradlew --no-daemon dependencies", "gradle", "*.gradle*"),
        ("dotnet restore src/App.csproj", "dotnet", "*.csproj"),
        ("composer install --no-scripts --no-autoloader", "composer", "composer.json composer.lock"),
        ("bundle install --jobs 4", "bundler", "Gemfile Gemfile.lock"),
        ("mix deps.get", "mix", "mix.exs mix.lock"),
    ],
)
def test_installs(text: str, ecosystem: str, copy: str) -> None:
    command = install_command(shlex.split(text))
    assert command is not None
    assert (command.ecosystem, " ".join(command.generic_copy)) == (ecosystem, copy)
    assert any(not manifest.optional for manifest in command.manifests) or ecosystem in ("dotnet", "gradle")


@pytest.mark.parametrize(
    "text",
    ["npm install express", "npm i -g pnpm", "npm run build", "yarn add x", "yarn build", "pip install flask",
     "pip install .", "go build", "go install x@latest", "composer require a/b", "bundle exec rake", "", "A=b",
     "corepack enable", "npm", "pnpm add x", "bun add x", "poetry add x", "-r", "cargo build", "mvn package"],
)  # fmt: skip
def test_installs_nothing_from_manifests(text: str) -> None:
    assert install_command(shlex.split(text)) is None


@pytest.mark.parametrize(
    ("text", "production"),
    [
        ("npm ci", "npm ci --omit=dev"),
        ("npm install --ignore-scripts", "npm install --ignore-scripts --omit=dev"),
        ("npm --prefix web ci", "npm --prefix web ci --omit=dev"),
        ("yarn install --frozen-lockfile", "yarn install --frozen-lockfile --production"),
        ("yarn install --production=false", "yarn install --production"),
        ("yarn install --immutable", "yarn workspaces focus --production"),
        ("pnpm install --frozen-lockfile", "pnpm install --frozen-lockfile --prod"),
        ("bun install --frozen-lockfile", "bun install --frozen-lockfile --production"),
        ("go mod download", None),
        ("npm ci 'a b=c'", None),
    ],
)
def test_command_without_development_dependencies(text: str, production: str | None) -> None:
    command = install_command(shlex.split(text))
    if command is None:
        assert production is None
        return
    assert not command.production
    assert command.production_command == production
    if production is not None:
        again = install_command(shlex.split(production))
        assert again is not None
        assert again.production


@pytest.mark.parametrize("text", ["npm ci --omit=dev", "npm ci --omit dev", "yarn --production", "pnpm i -P"])
def test_leaves_development_dependencies_out(text: str) -> None:
    command = install_command(shlex.split(text))
    assert command is not None
    assert command.production
    assert command.production_command is None


def test_node_environment_counts() -> None:
    command = install_command(["NODE_ENV=production", "npm", "ci"])
    assert command is not None
    assert command.production


def test_lock_file_and_sources() -> None:
    ci, install = install_command(["npm", "ci"]), install_command(["npm", "install"])
    assert ci is not None and install is not None
    assert (ci.frozen, install.frozen) == (True, False)
    project, dependencies = install_command(["uv", "sync"]), install_command(["uv", "sync", "--no-install-project"])
    assert project is not None and dependencies is not None
    assert (project.needs_sources, dependencies.needs_sources) == (True, False)


def test_usual_step_of_an_ecosystem() -> None:
    go = dependency_step("go")
    assert go is not None
    assert (go.command, go.generic_copy) == ("go mod download", ("go.mod", "go.sum"))
    npm = dependency_step("npm", with_lock=False)
    assert npm is not None
    assert npm.command == "npm install"
    assert dependency_step("abacus") is None


def outputs(text: str) -> list[tuple[str | None, str, str]] | None:
    command = build_command(shlex.split(text))
    return None if command is None else [tuple(output) for output in command.outputs]


@pytest.mark.parametrize(
    ("text", "path", "kind", "certainty"),
    [
        ("go build -o myapp .", "myapp", "file", "certain"),
        ("go build -o=/bin/x main.go", "/bin/x", "file", "certain"),
        ("CGO_ENABLED=0 GOOS=linux go build -ldflags='-s -w' -o ./out/app ./cmd/app", "out/app", "file", "certain"),
        ("go build -ldflags '-s -w' -trimpath -o app", "app", "file", "certain"),
        ("go build", None, "file", "likely"),
        ("go build .", None, "file", "likely"),
        ("go build ./cmd/server", "server", "file", "likely"),
        ("go build main.go", "main", "file", "likely"),
        ("go build -o bin/ ./...", "bin", "directory", "certain"),
        ("go build -C sub -o x", "sub/x", "file", "certain"),
        ("GOOS=windows go build ./cmd/server", "server.exe", "file", "likely"),
        ("go install ./cmd/x", "/go/bin/x", "file", "likely"),
        ("GOBIN=/out go install example.com/a/b/v2@v2.1.0", "/out/b", "file", "likely"),
        ("npx tsc --outDir out", "out", "directory", "certain"),
        ("tsc -p tsconfig.json", "dist", "directory", "likely"),
        ("vite build", "dist", "directory", "likely"),
        ("yarn vite build --outDir=public", "public", "directory", "certain"),
        ("vite build web", "web/dist", "directory", "likely"),
        ("next build", ".next", "directory", "likely"),
        ("react-scripts build", "build", "directory", "likely"),
        ("BUILD_PATH=out react-scripts build", "out", "directory", "certain"),
        ("ng build --output-path dist/app", "dist/app", "directory", "certain"),
        ("webpack --mode production", "dist", "directory", "likely"),
        ("esbuild a.ts --bundle --outfile=dist/a.js", "dist/a.js", "file", "certain"),
        ("cargo build --release --bin foo", "target/release/foo", "file", "certain"),
        ("cargo build --release --target x86_64-unknown-linux-musl", "target/x86_64-unknown-linux-musl/release",
         "directory", "certain"),
        ("./mvnw -DskipTests package", "target/*.jar", "file", "likely"),
        ("gradle bootJar", "build/libs/*.jar", "file", "likely"),
        ("dotnet publish -c Release -o /app/publish", "/app/publish", "directory", "certain"),
        ("gcc -O2 main.c -o main", "main", "file", "certain"),
        ("gcc main.c -omain", "main", "file", "certain"),
        ("python -m venv /venv", "/venv", "directory", "certain"),
        ("hugo --destination out", "out", "directory", "certain"),
    ],
)  # fmt: skip
def test_builds(text: str, path: str | None, kind: str, certainty: str) -> None:
    assert outputs(text) == [(path, kind, certainty)]


def test_build_of_several_go_programs() -> None:
    assert outputs("go build -o /out/ ./cmd/a ./cmd/b") == [
        ("/out/a", "file", "likely"),
        ("/out/b", "file", "likely"),
        ("/out", "directory", "certain"),
    ]
    assert outputs("go build ./a ./b") == []


def test_package_script_has_a_name_and_guesses() -> None:
    command = build_command(["npm", "--prefix", "web", "run", "build:prod"])
    assert command is not None
    assert (command.script, command.directory) == ("build:prod", "web")
    assert command.outputs == (Output("web/dist", "directory", "likely"), Output("web/build", "directory", "likely"))


@pytest.mark.parametrize(
    ("text", "site"), [("vite build", True), ("nest build", False), ("npm run build", None), ("go build", False)]
)
def test_whether_a_site_is_built(text: str, site: bool | None) -> None:
    command = build_command(text.split())
    assert command is not None
    assert command.site is site


@pytest.mark.parametrize(
    "text",
    ["go test ./...", "go run .", "go", "tsc --noEmit", "vite", "webpack serve", "npm test", "npm ci", "gcc -c x.c",
     "make test", "cmake -S . -B build", "echo build", "", "cargo test", "mvn test", "yarn add x", "X=1", "npm run"],
)  # fmt: skip
def test_builds_nothing(text: str) -> None:
    assert build_command(shlex.split(text)) is None


@pytest.mark.parametrize(
    "text",
    ["go run .", "npm run dev", "yarn dev", "pnpm run start:dev", "nodemon server.js", "vite", "npx vite --host",
     "ng serve", "next dev", "node --watch s.js", "flask run --debug", "python manage.py runserver",
     "php artisan serve", "mvn spring-boot:run", "./gradlew bootRun", "cargo run", "uvicorn app:app --reload",
     "react-scripts start", "env A=b nodemon x.js", "python -u manage.py runserver", "python3.12 manage.py runserver",
     "flask --app web run --debug", "python -m debugpy --listen 5678 app.py"],
)  # fmt: skip
def test_development(text: str) -> None:
    assert development_command(text.split())


@pytest.mark.parametrize(
    "text",
    ["node server.js", "npm start", "next start", "vite build", "flask run", "uvicorn app:app", "./server", "",
     "java -jar a.jar", "go build", "npm run start", "gunicorn app", "nginx -g x", "yarn start",
     "flask --app web run", "python -c runserver", "python -u app.py"],
)  # fmt: skip
def test_no_development(text: str) -> None:
    assert not development_command(text.split())


@pytest.mark.parametrize(
    ("text", "directory", "port"),
    [
        ("serve -s build", "build", "3000"),
        ("npx serve -s dist -l 5000", "dist", "5000"),
        ("serve -l tcp://0.0.0.0:80 out", "out", "80"),
        ("http-server dist -p 80", "dist", "80"),
        ("vite preview", "dist", "4173"),
        ("serve", ".", "3000"),
    ],
)
def test_static_server(text: str, directory: str, port: str) -> None:
    assert static_server(text.split()) == (directory, port)


def test_no_static_server() -> None:
    assert static_server(["vite", "build"]) is None
    assert static_server([]) is None


@pytest.mark.parametrize(
    ("text", "manager", "packages"),
    [
        ("apt-get install -y --no-install-recommends curl=7.* libssl-dev:amd64", "apt", "curl libssl-dev"),
        ("apt-get -qq install -t stable x g++", "apt", "x g++"),
        ("sudo apt install jq", "apt", "jq"),
        ("DEBIAN_FRONTEND=noninteractive apt-get install tzdata", "apt", "tzdata"),
        ("apk add --no-cache --virtual .build gcc musl-dev~=1.2", "apk", "gcc musl-dev"),
        ("apk --no-cache add git@edge", "apk", "git"),
        ("dnf -y install gcc-c++", "dnf", "gcc-c++"),
        ("microdnf install -y nodejs", "microdnf", "nodejs"),
        ("yum install -y git", "yum", "git"),
        ("pacman -Syu --noconfirm git", "pacman", "git"),
    ],
)
def test_package_install(text: str, manager: str, packages: str) -> None:
    words = shlex.split(text)
    found = package_install(words)
    assert found is not None
    assert (found.manager, " ".join(found.packages)) == (manager, packages)
    assert tuple(words[index] for index in found.indexes) == found.written


def test_virtual_group_of_apk() -> None:
    found = package_install(["apk", "add", "--virtual=.deps", "gcc"])
    assert found is not None
    assert (found.virtual, found.packages) == (".deps", ("gcc",))


@pytest.mark.parametrize("text", ["apt-get update", "apk del x", "dnf clean all", "pacman -Ss x", "apt", "", "npm i"])
def test_no_package_install(text: str) -> None:
    assert package_install(text.split()) is None


HOSTILE = [
    [""], ["-"], ["--"], ["=", "="], ["env"], ["npx"], ["npm", "exec"], ["go", "build", "-o"], ["go", "build", "-o="],
    ["cargo", "build", "--bin"], ["serve", "-l"], ["python", "-m"], ["npm", "--prefix"], ["gcc", "-o"], ["$X", "build"],
    ["env"] * 5000, ["yarn"] * 5000, ["go", "install", "/", "@", "..."], ["make"] + ["-C"] * 4000, ["\0", "\ud800"],
    ["venv", "/"], ["uv", "pip"], ["corepack", ""], ["pacman", "-S"],
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_any_words_give_an_answer(words: list[str]) -> None:
    for ask in (install_command, build_command, development_command, package_install, static_server):
        ask(words)
