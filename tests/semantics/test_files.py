"""What a stage's steps make, where variables say the path."""

from dockls.semantics import Model
from dockls.semantics.files import made


def test_a_variable_in_the_path_of_an_output_is_expanded() -> None:
    model = Model.of("FROM python\nENV HOME_OF_ALL=/opt/env\nRUN python -m venv $HOME_OF_ALL\n")
    entry = made(model.stages[0], "/opt/env")
    assert entry is not None and entry.origin == "run"
    assert made(model.stages[0], "/$HOME_OF_ALL") is None


def test_an_output_whose_path_only_the_shell_knows_is_not_listed() -> None:
    model = Model.of("FROM python\nRUN python -m venv $(pwd)/env\n")
    assert made(model.stages[0], "/$(pwd)/env") is None
