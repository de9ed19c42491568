"""What a registry says of images, and what becomes of answers that are none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_registry import local_registry

from dockls.cli import main
from dockls.project.registry import Registries
from dockls.rules.invalid_base_image_platform import machine_platform


@pytest.fixture(scope="module")
def registry() -> Iterator[tuple[str, list[str]]]:
    with local_registry() as found:
        yield found


def test_an_image_for_many_platforms(registry: tuple[str, list[str]]) -> None:
    name, _ = registry
    answer = Registries((name,)).ask(f"{name}/many:1.2")
    assert answer == (("linux/amd64", "linux/arm64/v8"), None)


def test_an_image_for_one_platform_is_told_by_its_configuration(registry: tuple[str, list[str]]) -> None:
    name, asked = registry
    assert Registries((name,)).ask(f"{name}/one").platforms == ("linux/amd64",)
    assert asked[-1] == "/elsewhere/one/blobs/sha256:c0ffee"


@pytest.mark.parametrize(
    ("image", "told"), [("library/broken", "Expecting value"), ("library/odd", "no JSON object"), ("none", "404")]
)
def test_what_a_registry_does_not_tell_is_a_problem(registry: tuple[str, list[str]], image: str, told: str) -> None:
    name, _ = registry
    answer = Registries((name,)).ask(f"{name}/{image}")
    assert answer.platforms == ()
    assert f"The registry {name} does not tell of `{name}/{image}`" in (answer.problem or "")
    assert told in (answer.problem or "")


def test_a_registry_that_is_not_there_is_a_problem() -> None:
    answer = Registries(("localhost:1",)).ask("localhost:1/many")
    assert answer.platforms == () and "refused" in (answer.problem or "")


def test_only_registries_that_are_named_are_asked_and_each_image_once(registry: tuple[str, list[str]]) -> None:
    name, _ = registry
    registries = Registries((name,))
    image = f"{name}/many:1.2"
    assert registries.asks_for(image)
    registries.ask(image)
    assert not any(registries.asks_for(one) for one in (image, "alpine", "ghcr.io/a/b", "No Image"))
    assert Registries(("docker.io",)).asks_for("alpine:3.24")


def test_the_command_line_asks_where_the_settings_say_so(
    registry: tuple[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, asked = registry
    file = tmp_path / "Dockerfile"
    file.write_text(f"FROM {name}/one\nFROM {name}/many:1.2\nFROM {name}/none\n", "utf-8")
    words = ["check", str(file), "--select", "InvalidBaseImagePlatform", "--format", "json", "--no-cache"]
    before = len(asked)
    assert main(lambda address: 0, words) == 0
    assert len(asked) == before
    capsys.readouterr()
    settings = tmp_path / "dockls.toml"
    settings.write_text(f'registries = ["{name}"]\nplatforms = ["linux/arm64"]\n', "utf-8")
    assert main(lambda address: 0, words) == 1
    told = capsys.readouterr()
    (finding,) = json.loads(told.out)["files"][0]["findings"]
    assert finding["message"] == f"`{name}/one` is for linux/amd64 only, but this stage is for linux/arm64"
    assert f"does not tell of `{name}/none`" in told.err


def test_this_machine_has_a_platform() -> None:
    system, architecture = machine_platform().split("/")
    assert system == "linux" and architecture not in ("", "x86_64", "aarch64")
