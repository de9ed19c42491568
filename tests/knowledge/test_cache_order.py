"""What may stand above the sources of a project, and what is source code by its name."""

import pytest

from dockls.knowledge import (
    dependencies_only,
    implied_install,
    is_independent,
    is_manifest_folder,
    is_open_default,
    is_plain,
    is_source_file,
    is_source_folder,
    project_install,
)


@pytest.mark.parametrize("path", ["app.py", "src/index.ts", "*.js", "cmd/main.go", "index.html", "App.java"])
def test_source_files(path: str) -> None:
    assert is_source_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "package.json",
        "setup.py",
        "vite.config.js",
        ".eslintrc.cjs",
        "requirements.txt",
        "postinstall.js",
        "go.mod",
        "src",
    ],
)
def test_no_source_files(path: str) -> None:
    assert not is_source_file(path)


def test_folders() -> None:
    assert is_source_folder("./src/") and is_source_folder("packages/web/app")
    assert not is_source_folder("patches") and not is_source_folder("prisma")
    assert is_manifest_folder("docker/") and not is_manifest_folder("server")


@pytest.mark.parametrize(
    "command",
    [
        "apt-get install -y curl",
        "sudo apt-get update",
        "npm install -g pnpm@9",
        "pip install --upgrade pip",
        "python -m pip install poetry",
        "rm -rf /var/lib/apt/lists/*",
        "corepack enable",
        "bundle config set without development",
    ],
)
def test_independent_of_the_project(command: str) -> None:
    assert is_independent(command.split())


@pytest.mark.parametrize(
    "command",
    [
        "make",
        "apt-get install ./local.deb",
        "pip install .",
        "pip install -r requirements.txt",
        "npm run build",
        "rm -rf node_modules",
        "rm -rf /app/src",
        "chown -R node /app",
        "composer dump-autoload",
        "./configure",
    ],
)
def test_maybe_dependent_on_the_project(command: str) -> None:
    assert not is_independent(command.split())


def test_builds_that_download() -> None:
    found = implied_install(["go", "build", "-o", "/app", "./cmd/app"])
    assert found is not None and found.command == "go mod download"
    assert implied_install(["go", "install", "golang.org/x/tools/gopls@latest"]) is None
    assert implied_install(["go", "build", "-mod=vendor", "."]) is None
    assert implied_install(["go", "mod", "download"]) is None
    assert implied_install(["mvn", "-o", "package"]) is None


def test_without_the_project_itself() -> None:
    assert dependencies_only("poetry", ["poetry", "install"]) == ("--no-root",)
    assert dependencies_only("composer", ["composer", "install", "--no-scripts"]) == ("--no-autoloader",)
    assert dependencies_only("cargo", ["cargo", "fetch"]) == ()
    assert project_install(["pip", "install", "-e", "."]) is not None
    assert project_install(["pip", "install", "flask"]) is None


def test_everyday_commands_read_no_variables() -> None:
    assert is_plain(["/bin/cp", "a", "b"]) and not is_plain(["make"])


def test_open_defaults() -> None:
    assert is_open_default(None) and is_open_default('"dev"') and is_open_default("0")
    assert not is_open_default("1.2.3")
