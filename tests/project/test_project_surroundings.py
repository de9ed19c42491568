"""Who builds a Dockerfile, with what, and where they name its stages.

A file's text marks with « and » what is expected to be found; everything else must not be.
"""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockls.project import (
    EMPTY_SURROUNDINGS,
    Surroundings,
    TargetUse,
    bake,
    compose,
    devcontainer,
    scripts,
    skaffold,
    surroundings,
    workflows,
)
from dockls.text import apply


class World(NamedTuple):
    """A project on the disk."""

    root: Path

    def around(self, dockerfile: str = "Dockerfile") -> Surroundings:
        return surroundings(str(self.root / dockerfile))

    def named(self, dockerfile: str = "Dockerfile") -> list[tuple[str, str]]:
        """The uses as (path, text with marks around them)."""
        marked: dict[str, str] = {}
        for use in reversed(self.around(dockerfile).targets):
            path = Path(use.path)
            text = marked.get(use.path) or path.read_bytes().decode()
            start, end = use.span
            assert use.quote == "|" or text[start:end] == use.name
            marked[use.path] = f"{text[:start]}«{text[start:end]}»{text[end:]}"
        return sorted((Path(path).relative_to(self.root).as_posix(), text) for path, text in marked.items())


def world(root: Path, files: dict[str, str]) -> World:
    (root / ".git").mkdir()
    for name, text in {"Dockerfile": "FROM scratch\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.replace("«", "").replace("»", "").encode())
    return World(root.resolve())


NAMES = {
    "Compose: the build of this file": (
        "compose.yaml",
        "services:\n  web:\n    build:\n      context: .\n      target: «dev»\n  db:\n    image: postgres\n",
    ),
    "Compose: other Dockerfiles are not ours": (
        "docker-compose.yml",
        "services:\n  a:\n    build: {context: other, target: dev}\n  b:\n    build: {dockerfile: Other, target: dev}\n"
        "  c:\n    build: {dockerfile: ./Dockerfile, target: '«prod»'}\n",
    ),
    "Compose: quotes stay outside": (
        "compose.yml",
        "services:\n  a:\n    build: {context: ., target: \"«dev»\"}\n  b:\n    build: {target: '«test»'}\n",
    ),
    "Compose: the default of a variable": (
        "compose.yml",
        "services:\n  a:\n    build:\n      context: ${DIR:-.}\n      target: ${TARGET:-«dev»}\n",
    ),
    "Compose: a variable without default names nothing": (
        "compose.yml",
        "services:\n  a:\n    build:\n      context: .\n      target: ${TARGET}\n",
    ),
    "Compose: anchors and merges": (
        "compose.yml",
        "x-build: &build\n  context: .\n  target: «base»\nservices:\n  a:\n    build: *build\n"
        "  b:\n    build:\n      <<: *build\n      target: «own»\n",
    ),
    "Compose: an extension named otherwise": (
        "compose.ci.yaml",
        "services:\n  a:\n    build:\n      target: «test»\n",
    ),
    "Compose: before the place other scripts are not latin": (
        "compose.yml",
        "# ünï 🐳\r\nservices:\r\n  a:\r\n    build:\r\n      context: .\r\n      target: «dev» # 🐳\r\n",
    ),
    "Compose: an inline Dockerfile is another one": (
        "compose.yml",
        "services:\n  a:\n    build:\n      dockerfile_inline: FROM x\n      target: dev\n",
    ),
    "Compose: a broken file names nothing": ("compose.yml", "services:\n  a: [\n   build: {target: dev\n"),
    "Bake: a target": (
        "docker-bake.hcl",
        'group "default" { targets = ["app"] }\n'
        'target "app" {\n  dockerfile = "Dockerfile"\n  target = "«release»"\n}\n',
    ),
    "Bake: another Dockerfile": (
        "docker-bake.hcl",
        'target "app" {\n  dockerfile = "Other"\n  target = "release"\n}\n'
        'target "b" {\n  context = "sub"\n  target = "x"\n}\n',
    ),
    "Bake: inherited": (
        "docker-bake.hcl",
        'target "_base" {\n  target = "«build»"\n}\ntarget "app" {\n  inherits = ["_base"]\n  tags = ["x"]\n}\n',
    ),
    "Bake: the default of a variable": (
        "docker-bake.hcl",
        'variable "STAGE" {\n  default = "«prod»"\n}\ntarget "app" {\n  target = STAGE\n}\n'
        'target "b" {\n  target = "${STAGE}"\n}\n',
    ),
    "Bake: a matrix": (
        "docker-bake.hcl",
        'target "app" {\n  name = "app-${tgt}"\n  matrix = {\n    tgt = ["«a»", "«b»"]\n  }\n  target = tgt\n}\n',
    ),
    "Bake: comments, heredocs, functions and mistakes around": (
        "docker-bake.hcl",
        '# c\n// d\n/* target "x" { target = "no" } */\nfunction "f" {\n params = [a]\n result = upper(a)\n}\n'
        'target "app" {\n  args = {\n    X = <<EOT\ntarget = "no"\nEOT\n    Y = 1 + 2, "Z" : "z"\n  }\n'
        '  tags = [for t in ["a"] : "x:${t}"]\n  ] oops\n  target = "«yes»"\n}\n',
    ),
    "Bake: JSON": (
        "docker-bake.json",
        '{"target": {"app": {"context": ".", "target": "«dev»"}, "b": {"dockerfile": "Other", "target": "x"}}}',
    ),
    "Workflow: build-push-action": (
        ".github/workflows/ci.yml",
        "jobs:\n  b:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/build-push-action@v6\n"
        "        with:\n          context: .\n          target: «test»\n",
    ),
    "Workflow: another file": (
        ".github/workflows/ci.yml",
        "jobs:\n  b:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          file: Other\n"
        "          target: test\n",
    ),
    "Workflow: a matrix": (
        ".github/workflows/ci.yml",
        "jobs:\n  b:\n    strategy:\n      matrix:\n        stage: [«a», '«b»']\n        include:\n"
        "          - stage: «c»\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n"
        "          file: ${{ github.workspace }}/Dockerfile\n          target: ${{ matrix.stage }}\n",
    ),
    "Workflow: a command": (
        ".github/workflows/ci.yml",
        "jobs:\n  b:\n    steps:\n      - run: docker build --target «test» .\n      - run: |\n"
        "          docker buildx build \\\n            --target=«lint» \\\n            -f Dockerfile .\n",
    ),
    "Workflow: a quoted command": (
        ".github/workflows/ci.yml",
        'jobs:\n  b:\n    steps:\n      - run: "docker build . --target «test»"\n',
    ),
    "GitLab: commands": (
        ".gitlab-ci.yml",
        "build:\n  script:\n    - docker build -t $IMAGE --target «test» -f $CI_PROJECT_DIR/Dockerfile .\n"
        '    - docker build -f other/Dockerfile --target no other\n    - "podman build --target=«x» ."\n',
    ),
    "GitLab: kaniko over several lines": (
        ".gitlab-ci.yml",
        'build:\n  script:\n    - /kaniko/executor\n      --context "${CI_PROJECT_DIR}"\n'
        '      --dockerfile "${CI_PROJECT_DIR}/Dockerfile"\n      --target «prod»\n',
    ),
    "Makefile": (
        "Makefile",
        "test:\n\t@docker build --target «test» -t $(IMAGE):test . && docker run x\n"
        "\t$(DOCKER) build --target '«lint»' .\n\tdocker build --target $(T) .\n\tmy-docker build --target no .\n",
    ),
    "Script: several on a line, other folders, other verbs": (
        "build.sh",
        "docker build --target «a» .; docker build --target «b» .\ncd sub && docker build --target no .\n"
        "docker compose build --target no\ndocker run x build --target no\ndocker build --target no - < x\n"
        'docker build --build-arg A=1 --target="«c»" "$PWD"\n(docker build -q --target «d» .)\n'
        "docker build --target no https://github.com/x/y.git\n",
    ),
    "Script in a folder for scripts": ("scripts/build.sh", "#!/bin/sh\ndocker build --target «a» .\n"),
    "Jenkinsfile": ("Jenkinsfile", "sh 'docker build --target «a» .'\nsh \"docker build . --target «b»\"\n"),
    "package.json": ("package.json", '{"scripts": {"image": "docker build . --target «dev»", "x": "echo"}}'),
    "Dev container": (
        ".devcontainer/devcontainer.json",
        '// comment\n{\n\t"build": {\n\t\t"dockerfile": "../Dockerfile",\n\t\t"target": "«dev»",\n\t},\n}\n',
    ),
    "Skaffold": (
        "skaffold.yaml",
        "build:\n  artifacts:\n    - image: a\n      docker:\n        target: «dev»\n"
        "    - image: b\n      context: sub\n"
        "      docker: {target: no}\n---\nprofiles:\n  - build:\n      artifacts:\n        - image: a\n"
        "          docker:\n            dockerfile: Dockerfile\n            target: «prod»\n",
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_the_stages_that_are_named_elsewhere(case: str, tmp_path: Path) -> None:
    path, text = NAMES[case]
    expected = [(path, text)] if "«" in text else []
    assert world(tmp_path, {path: text}).named() == expected


def test_a_use_is_renamed_by_replacing_its_span(tmp_path: Path) -> None:
    text = "services:\n  a:\n    build:\n      target: dev\n  b:\n    build: {target: 'dev'}\n"
    uses = world(tmp_path, {"compose.yaml": text}).around().targets
    edits = [edit for use in uses if (edit := use.renamed("on"))]
    assert apply(text, edits) == "services:\n  a:\n    build:\n      target: \"on\"\n  b:\n    build: {target: 'on'}\n"
    plain = [edit for use in uses if (edit := use.renamed("stage"))]
    assert apply(text, plain) == text.replace("dev", "stage")


def test_a_name_written_otherwise_than_it_reads_is_not_replaced(tmp_path: Path) -> None:
    text = 'services:\n  a:\n    build: {target: "d\\x65v"}\n'
    (use,) = world(tmp_path, {"compose.yaml": text}).around().targets
    assert use.name == "dev"
    assert use.renamed("x") is None


def test_an_override_file_takes_the_rest_from_the_main_one(tmp_path: Path) -> None:
    project = world(
        tmp_path,
        {
            "app/Dockerfile": "FROM scratch\n",
            "compose.yaml": "services:\n  a:\n    build: ./app\n",
            "compose.override.yaml": "services:\n  a:\n    build:\n      target: «dev»\n",
        },
    )
    assert project.named() == []
    assert [path for path, _ in project.named("app/Dockerfile")] == ["compose.override.yaml"]


def test_bake_files_of_a_folder_are_merged(tmp_path: Path) -> None:
    project = world(
        tmp_path,
        {
            "docker-bake.hcl": 'target "app" {\n  context = "app"\n}\n',
            "docker-bake.override.hcl": 'target "app" {\n  target = "dev"\n}\n',
            "app/Dockerfile": "FROM scratch\n",
        },
    )
    assert project.named() == []
    (use,) = project.around("app/Dockerfile").targets
    assert (Path(use.path).name, use.name) == ("docker-bake.override.hcl", "dev")


def test_the_context_is_where_a_build_says_it_is(tmp_path: Path) -> None:
    project = world(
        tmp_path,
        {
            "docker/app/Dockerfile": "FROM scratch\nCOPY a /\n",
            "src/a": "",
            "compose.yaml": "services:\n  a:\n    build: {context: src, dockerfile: ../docker/app/Dockerfile}\n",
        },
    )
    found = project.around("docker/app/Dockerfile")
    assert found.context.certain
    assert found.context.entries() == ("a",)


def test_an_untold_context_is_the_folder_that_holds_what_is_copied(tmp_path: Path) -> None:
    files = {"docker/Dockerfile": "FROM scratch\nCOPY package.json src /a/\n", "package.json": "{}", "src/a": ""}
    found = world(tmp_path, files).around("docker/Dockerfile")
    assert not found.context.certain
    assert "package.json" in found.context.entries()


def test_a_folder_that_is_copied_whole_is_the_context_if_it_is_a_project(tmp_path: Path) -> None:
    found = world(tmp_path, {"Dockerfile": "FROM scratch\nCOPY . .\n", "go.mod": "module a"}).around("Dockerfile")
    assert not found.context.certain
    assert "go.mod" in found.context.entries()


@pytest.mark.parametrize("copied", ["COPY . .", "COPY src /a", "RUN true"])
def test_a_dockerfile_apart_from_its_project_has_an_unknown_context(tmp_path: Path, copied: str) -> None:
    found = world(tmp_path, {"docker/Dockerfile": f"FROM scratch\n{copied}\n", "docker/notes": ""})
    assert not found.around("docker/Dockerfile").context.known


def test_a_context_that_is_told_by_a_setting_wins(tmp_path: Path) -> None:
    project = world(tmp_path, {"other/x": "", "compose.yaml": "services:\n  a:\n    build: .\n"})
    found = surroundings(str(project.root / "Dockerfile"), context=str(project.root / "other"))
    assert found.context.entries() == ("x",)
    missing = surroundings(str(project.root / "Dockerfile"), context=str(project.root / "nowhere"))
    assert not missing.context.known
    assert "nowhere" in missing.problems[0]


def test_named_contexts_and_arguments_are_gathered(tmp_path: Path) -> None:
    found = world(
        tmp_path,
        {
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      additional_contexts:\n"
            "        - Shared=../x\n      args:\n        A: '1'\n        B: ${UNSET}\n        C: ${X:-c}\n",
            "docker-bake.hcl": 'target "a" {\n  contexts = { base = "target:b" }\n  args = { A = "2", D = "4" }\n}\n',
            "Makefile": "x:\n\tdocker build --build-context more=. --build-arg E=5 --build-arg F=$(F) .\n",
            ".github/workflows/a.yml": "jobs:\n a:\n  steps:\n  - uses: docker/build-push-action@v6\n    with:\n"
            "     build-contexts: |\n       hub=docker-image://x\n     build-args: |\n       G=7\n",
        },
    ).around()
    assert found.named_contexts == {"shared", "base", "more", "hub"}
    assert found.build_arguments == {"A": "1", "C": "c", "D": "4", "E": "5", "G": "7"}


def test_open_files_count_instead_of_those_on_the_disk(tmp_path: Path) -> None:
    project = world(tmp_path, {"compose.yaml": "services:\n  a:\n    build: {target: saved}\n"})
    opened = {str(project.root / "compose.yaml"): "services:\n  a:\n    build: {target: typed}\n"}
    found = surroundings(str(project.root / "Dockerfile"), open_files=opened)
    assert [use.name for use in found.targets] == ["typed"]


def test_a_file_that_is_only_open_is_seen(tmp_path: Path) -> None:
    project = world(tmp_path, {})
    opened = {str(project.root / "compose.yaml"): "services:\n  a:\n    build: {target: typed}\n"}
    assert len(surroundings(str(project.root / "Dockerfile"), open_files=opened).targets) == 1


def test_without_a_repository_some_folders_above_are_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM x\n")
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    build: {context: a/b, target: dev}\n")
    assert [use.name for use in surroundings(str(folder / "Dockerfile")).targets] == ["dev"]


@pytest.mark.parametrize("path", ["/nowhere/at/all/Dockerfile", "Dockerfile\0", "x" * 5000])
def test_a_dockerfile_that_does_not_exist_has_empty_surroundings(path: str) -> None:
    assert surroundings(path).targets == EMPTY_SURROUNDINGS.targets


def test_folders_and_garbage_under_well_known_names_do_no_harm(tmp_path: Path) -> None:
    project = world(tmp_path, {"Makefile/x": "", "docker-bake.json": '{"target": [', "skaffold.yaml": ": : {"})
    for name in ("compose.yaml", "docker-bake.hcl", ".gitlab-ci.yml", "devcontainer.json"):
        (tmp_path / name).write_bytes(bytes(range(256)) * 20)
    assert project.around().targets == ()


FRAGMENTS = st.sampled_from(
    [
        "services:", "\n", "  ", "a:", "build:", "target: ", "dev", '"', "'", "{", "}", "[", "]", "${", "(", ")",
        "<<EOT", "EOT", "=", "target", '"x"', "docker build ", "--target ", "\\", "$(", "`", "- ", "&a ", "*a ",
        "<<: ", "#", "//", "/*", "uses: docker/build-push-action@v6", "with:", "jobs:", "\t", ",", ":", "\r", "🐳",
        "\ufeff", "\\u12", "%{",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(FRAGMENTS, max_size=25).map("".join)))
def test_any_text_of_any_kind_is_read(text: str) -> None:
    found = [
        *compose.builds(text, "/p/compose.yaml"),
        *bake.builds([("/p/docker-bake.hcl", text), ("/p/docker-bake.json", text)]),
        *workflows.builds(text, "/p/.github/workflows/a.yml", "/p"),
        *devcontainer.builds(text, "/p/devcontainer.json"),
        *skaffold.builds(text, "/p/skaffold.yaml"),
        *scripts.builds(text, "/p/Makefile", "makefile", ("/p",)),
    ]
    for build in found:
        for use in build.uses():
            assert isinstance(use, TargetUse)
            assert 0 <= use.span.start <= use.span.end <= len(text)
            assert use.quote == "|" or text[use.span.start : use.span.end] == use.name


@pytest.mark.parametrize(
    "text",
    ["[" * 50000, "{" * 50000, "a: " * 20000, "- " * 50000, "docker " * 20000, "docker build " * 20000, "${" * 50000,
     'x "' * 20000, "a = [" * 20000, "docker build $(" * 5000, "a {" * 20000, '"${' * 20000, "/*" * 50000,
     "<<E" * 20000, "docker build \\\n" * 9000, "docker build --target '" * 5000, "&a [*a, " * 5000],
    ids=lambda text: json.dumps(text[:16]),
)  # fmt: skip
def test_texts_made_to_overflow_or_hang_are_read(text: str) -> None:
    test_any_text_of_any_kind_is_read.hypothesis.inner_test(text)


PLATFORMS = {
    "Compose": (
        "compose.yaml",
        "services:\n  a:\n    build:\n      context: .\n      platforms: [linux/amd64, '${P:-linux/arm64}', '${Q}']\n",
        ("linux/amd64", "linux/arm64"),
    ),
    "Compose: nothing is said": ("compose.yaml", "services:\n  a:\n    build: .\n", ()),
    "Bake": (
        "docker-bake.hcl",
        'variable "ARM" { default = "linux/arm/v7" }\n'
        'target "base" { platforms = ["linux/amd64", ARM] }\ntarget "a" { inherits = ["base"] }\n',
        ("linux/amd64", "linux/arm/v7"),
    ),
    "Bake: no list": ("docker-bake.hcl", 'target "a" { platforms = "linux/amd64" }\n', ()),
    "a script": (
        "build.sh",
        "docker buildx build --platform linux/amd64,linux/arm64 .\ndocker build --platform=$P,windows/amd64 .\n",
        ("linux/amd64", "linux/arm64", "windows/amd64"),
    ),
    "a workflow": (
        ".github/workflows/a.yml",
        "jobs:\n a:\n  strategy: {matrix: {p: [linux/s390x]}}\n  steps:\n  - uses: docker/build-push-action@v6\n"
        "    with:\n     platforms: |\n       linux/amd64\n       linux/arm64\n"
        "  - uses: docker/build-push-action@v6\n    with: {platforms: '${{ matrix.p }}'}\n",
        ("linux/amd64", "linux/arm64", "linux/s390x"),
    ),
}


@pytest.mark.parametrize("case", PLATFORMS)
def test_the_platforms_that_are_built_for(case: str, tmp_path: Path) -> None:
    path, text, expected = PLATFORMS[case]
    assert world(tmp_path, {path: text}).around().platforms == expected
