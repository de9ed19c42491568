"""What other programs take from the top of the repository and from the pages: hooks and workflows."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dockls.cli.arguments import _understood

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "continuous-integration.md").read_text("utf-8")


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_is_a_command_of_ours(hook: dict[str, Any]) -> None:
    program, *words = hook["entry"].split()
    assert program == "dockls"
    assert _understood([*words, "Dockerfile"]).paths == ["Dockerfile"]
    assert hook["language"] == "python"
    assert {"id", "name", "description", "types"} <= set(hook)


def test_the_page_names_the_hooks_that_there_are() -> None:
    assert re.findall(r"- id: (\S+)", PAGE) == [hook["id"] for hook in HOOKS]


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_examples_are_yaml(text: str) -> None:
    assert yaml.safe_load(text)


@pytest.mark.parametrize("command", re.findall(r"dockls (check[^>&#\n]*)", PAGE))
def test_examples_are_commands_of_ours(command: str) -> None:
    if "`" not in command:
        assert _understood(command.split()).command == "check"
