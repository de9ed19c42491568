"""Faults of which the corpus has too few places, in stages of their own within its files."""

from dockls.semantics import Stage
from faults.places import OWN, Choice, Lines, at_end, in_own_stage, is_plain
from faults.sample import Injection


def _packages(choose: Choice) -> str:
    return choose("curl", "git curl", "--no-install-recommends curl ca-certificates", "tini", "libpq5 \\\n    tini")


def _debian(choose: Choice) -> str:
    return choose("debian:13-slim", "python:3.14-slim", "ubuntu:24.04", "node:24-trixie-slim", "debian:trixie")


def _stale_lists(choose: Choice) -> Lines:
    tool = choose("apt-get", "apt-get", "apt")
    options = choose("-y", "-y -q", "--yes")
    lists = choose(f"RUN {tool} update", f"RUN {tool} update -q")
    install = f"{tool} install {options} {_packages(choose)}"
    return Lines(f"FROM {_debian(choose)} AS {OWN}tools\n{lists}« && | \nRUN »{install}\n\n")


def _misspelt_argument(choose: Choice) -> Lines:
    image, value = choose(("alpine", "3.24"), ("node", "24-alpine"), ("golang", "1.26"), ("python", "3.14-slim"))
    name = choose("OWN_VERSION", "OWN_TAG", "OWN_RELEASE")
    platform = choose("", "", "--platform=linux/amd64 ")
    flavor = choose("", f" AS {OWN}tools")
    return Lines(f"ARG {name}={value}\nFROM {platform}{image}:${{{name}«|S»}}{flavor}\nRUN true\n\n")


def _old_flag(choose: Choice) -> Lines:
    base, command = choose(
        ("node:24", "npm ci «--omit=dev|--only=production»"),
        ("node:24-alpine", "npm install «--omit=dev|--production» --no-audit"),
        ("node:22-slim", "npm prune «--omit=dev|--production»"),
        ("node:24", "npm i «--omit=dev|--only=prod» && npm cache clean --force"),
    )
    return Lines(f"FROM {base} AS {OWN}packages\nWORKDIR /app\nCOPY package*.json ./\nRUN {command}\n\n")


def _misspelt_program(choose: Choice) -> Lines:
    base, program, words = choose(
        ("node:24", "node", '"server.js"'),
        ("python:3.14-slim", "python", '"-m", "own"'),
        ("python:3.14-alpine", "python3", '"own.py"'),
        ("eclipse-temurin:21-jre", "java", '"-jar", "/own.jar"'),
        ("nginx:1.30-alpine", "nginx", '"-g", "daemon off;"'),
        ("ruby:3.4-slim", "ruby", '"own.rb"'),
    )
    keyword = choose("CMD", "ENTRYPOINT")
    return Lines(f'FROM {base} AS {OWN}runtime\nWORKDIR /own\nCOPY . .\n{keyword} ["{program}«|e»", {words}]\n')


def _lists_kept(choose: Choice) -> Lines:
    cleanup = choose(" && rm -rf /var/lib/apt/lists/*", " \\\n && rm -rf /var/lib/apt/lists/*")
    return Lines(
        f"FROM {_debian(choose)} AS {OWN}runtime\n"
        f"RUN apt-get update && apt-get install -y {_packages(choose)}«{cleanup}|»\n"
    )


def _relative_folder(choose: Choice) -> Lines:
    base = choose("alpine:3.24", "debian:13-slim", "python:3.14-slim", "node:24", "eclipse-temurin:21-jre", "ubuntu")
    folder = choose("own", "own/app", "srv", "opt/own")
    before = choose("", "RUN true\n", "USER 1000\n", "ENV OWN=1\n")
    return Lines(f"FROM {base} AS {OWN}files\n{before}WORKDIR «/|»{folder}\nCOPY . .\n\n")


def _started_by_a_shell(choose: Choice) -> Lines:
    words = choose(("node", "server.js"), ("python3", "-m", "own"), ("./own", "--port=80"), ("java", "-jar", "/a.jar"))
    listed = ", ".join(f'"{word}"' for word in words)
    keyword = choose("CMD", "ENTRYPOINT")
    return Lines(
        f"FROM {choose('node:24', 'python:3.14-slim', 'eclipse-temurin:21-jre', 'debian:13')} AS {OWN}runtime\n"
        f"{keyword} «[{listed}]|{' '.join(words)}»\n"
    )


def _go_flags(choose: Choice) -> Lines:
    base = choose("golang:1.26", "golang:1.25-alpine", "golang:1.26-trixie")
    before = choose("", "CGO_ENABLED=0 ", "GOOS=linux ")
    flags = choose("-a -installsuffix cgo ", "-a -installsuffix nocgo ", "-installsuffix cgo ")
    rest = choose("-o /own .", "-ldflags='-s -w' -o /own ./cmd/own", "-v \\\n    -o /own .")
    source = "WORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\n"
    return Lines(f"FROM {base} AS {OWN}build\n{source}RUN {before}go build «|{flags}»{rest}\n\n")


def _swapped(choose: Choice, keyword: str) -> Lines:
    """A stage below the one that wants it, with or without a name of its own kind."""
    name = OWN + choose("files", "base", "Packages" if keyword == "COPY" else "packages")
    used = f"FROM {choose('alpine:3.24', 'debian:13', 'node:24')} AS {name}\nRUN touch /own\n\n"
    if keyword == "FROM":
        user = f"FROM {name.lower()} AS {OWN}more\nRUN rm /own\n\n"
    else:
        taken = choose(f"COPY --from={name} /own /", f"RUN --mount=from={name},target=/of true")
        user = f"FROM {choose('busybox', 'alpine:3.24')} AS {OWN}more\n{taken}\n\n"
    return Lines(f"«{used}|»{user}«|{used}»")


def _other_case(choose: Choice) -> Lines:
    name = OWN + choose("base", "tools", "deps-2")
    wrong = choose(name.upper(), name.title(), name[0].upper() + name[1:])
    base, ending = choose("alpine:3.24", "debian:13"), choose(f" AS {OWN}more", "")
    return Lines(f"FROM {base} AS {name}\nRUN true\n\nFROM «{name}|{wrong}»{ending}\nRUN true\n\n")


def _undeclared(choose: Choice) -> Lines:
    name = choose("OWN_VERSION", "OWN_RELEASE", "own_tag")
    used = choose(
        f"RUN echo ${{{name}}} > /own\n",
        f'RUN test -n "${{{name}}}" && echo "${name}"\n',
        f"RUN curl -fsSL \\\n    https://example.com/own-${name}.tgz | tar xz\n",
        f"RUN <<END\ntouch /own-${{{name}}}\nEND\n",
    )
    base = choose("alpine:3.24", "debian:13-slim", "node:24")
    return Lines(f"ARG {name}=1.2\nFROM {base} AS {OWN}tools\n«ARG {name}\n|»{used}\n")


def _misspelt_variable(choose: Choice) -> Lines:
    name = choose("OWN_FOLDER", "OWN_HOME", "APP_ROOT_OWN")
    kind, base = choose("ENV", "ARG"), choose("alpine:3.24", "debian:13-slim", "node:24")
    written = f"${{{name}«|E»}}"
    used = choose(f"WORKDIR {written}", f"COPY . {written}/app/", f"ENV OWN={written}/bin", f"LABEL own={written}")
    return Lines(f"FROM {base} AS {OWN}files\n{kind} {name}=/own\n{used}\n\n")


def _late_cleanup(choose: Choice, stage: Stage) -> Lines:
    emptying = choose(
        "rm -rf /var/cache/apk/*",
        "rm -rf /var/lib/apt/lists/* /tmp/*",
        "apt-get clean",
        "rm -rf /root/.cache/pip \\\n    /root/.npm",
        "apt-get clean && rm -rf /var/lib/apt/lists/*",
        "npm cache clean --force",
    )
    return Lines(f"«|RUN {emptying}\n»")


INJECTIONS: dict[str, Injection] = {
    "stale-package-lists": in_own_stage(_stale_lists),
    "undefined-argument-in-from": in_own_stage(_misspelt_argument, "first"),
    "deprecated-install-flag": in_own_stage(_old_flag),
    "missing-program": in_own_stage(_misspelt_program, "last"),
    "package-lists-kept": in_own_stage(_lists_kept, "last"),
    "relative-workdir": in_own_stage(_relative_folder),
    "shell-form-command": in_own_stage(_started_by_a_shell, "last"),
    "obsolete-go-flags": in_own_stage(_go_flags),
    "forward-reference": in_own_stage(lambda choose: _swapped(choose, "COPY"), "above"),
    "forward-from": in_own_stage(lambda choose: _swapped(choose, "FROM"), "above"),
    "from-case-mismatch": in_own_stage(_other_case, "above"),
    "undeclared-argument": in_own_stage(_undeclared, "first"),
    "undefined-variable": in_own_stage(_misspelt_variable),
    "cache-cleaned-too-late": at_end(_late_cleanup, is_plain),
}
