"""However the editor sends its settings, they arrive; odd ones are reported, once."""

from __future__ import annotations

import pytest
from local_registry import local_registry
from lsp_client import FAKE, PULL, PUSH, Client, at

from dockls.server.settings import Settings

WANTED = {"ignore": ["x"]}
CONFIGURATION = PUSH | {"workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}}


@pytest.mark.parametrize(
    "sent",
    [
        WANTED,
        {"dockls": WANTED},
        {"settings": WANTED},
        {"settings": {"dockls": WANTED}},
        WANTED | {"path": ["x"], "select": None},
    ],
)
def test_the_section_is_found(sent):
    log: list[str] = []
    assert Settings(lambda level, message: log.append(message), sent).values == WANTED
    assert log == []


@pytest.mark.parametrize("sent", [3, [], "x", {"dockls": 3}])
def test_what_is_no_object_changes_nothing_and_is_reported(sent):
    log: list[str] = []
    settings = Settings(lambda level, message: log.append(message), WANTED)
    assert not settings.update(sent)
    assert settings.values == WANTED
    assert len(log) == 1


@pytest.mark.parametrize("sent", [None, {}, {"dockls": None}, {"dockls": {}}])
def test_nothing_sent_means_the_defaults(sent):
    settings = Settings(lambda level, message: None, WANTED)
    assert settings.update(sent)
    assert settings.values == {}


def test_an_editor_that_can_be_asked_is_asked():
    with Client(FAKE) as client:
        client.initialize(CONFIGURATION)
        registered = client.take(lambda message: message.get("method") == "client/registerCapability")
        assert registered["params"]["registrations"][0]["method"] == "workspace/didChangeConfiguration"
        asked = client.take(lambda message: message.get("method") == "workspace/configuration")
        assert asked["params"]["items"][0] == {"section": "dockls"}
        client.open("FROM scratch")
        assert client.diagnostics()["diagnostics"][0]["source"] == "[]"
        client.send({"jsonrpc": "2.0", "id": asked["id"], "result": [WANTED]})
        assert client.diagnostics()["diagnostics"][0]["source"] == "[('ignore', ['x'])]"
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        asked = client.take(lambda message: message.get("method") == "workspace/configuration")
        client.send({"jsonrpc": "2.0", "id": asked["id"], "result": [None]})
        assert client.diagnostics()["diagnostics"][0]["source"] == "[]"


def test_an_editor_that_cannot_be_asked_sends_them():
    with Client(FAKE) as client:
        client.initialize(PUSH, initializationOptions={"dockls": WANTED})
        client.open("FROM scratch")
        assert client.diagnostics()["diagnostics"][0]["source"] == "[('ignore', ['x'])]"
        client.notify("workspace/didChangeConfiguration", {"settings": {"dockls": {"ignore": ["y"]}}})
        assert client.diagnostics()["diagnostics"][0]["source"] == "[('ignore', ['y'])]"


def test_an_editor_that_pulls_is_told_to_pull_again():
    with Client(FAKE) as client:
        client.initialize(PULL | {"workspace": {"diagnostics": {"refreshSupport": True}}})
        client.open("FROM scratch")
        where = {"textDocument": {"uri": "file:///Dockerfile"}, "position": at(0, 0)}
        before = client.call("textDocument/diagnostic", where)["result"]
        client.notify("workspace/didChangeConfiguration", {"settings": {"dockls": WANTED}})
        client.take(lambda message: message.get("method") == "workspace/diagnostic/refresh")
        again = client.call("textDocument/diagnostic", where | {"previousResultId": before["resultId"]})["result"]
        assert again["kind"] == "full"


def test_odd_settings_are_reported_once(tmp_path):
    uris = [(tmp_path / name).as_uri() for name in ("Dockerfile", "Dockerfile.dev")]
    with Client() as client:
        client.initialize(PUSH, initializationOptions={"selct": ["x"], "ignore": 5})
        for uri in uris:
            client.open("FROM scratch\n", uri)
            client.diagnostics()
        messages = [message["params"]["message"] for message in client.seen("window/logMessage")]
        assert len(messages) == 2
        assert "`selct`" in messages[0]
        assert "`ignore`" in messages[1]


@pytest.mark.parametrize(
    ("of_docker", "own", "severity"),
    [
        ({"deprecatedMaintainer": "error"}, {}, 1),
        ({"deprecatedMaintainer": "warning"}, {}, 2),
        ({"deprecatedMaintainer": "ignore"}, {}, None),
        ({"deprecatedMaintainer": "ignore"}, {"severity": {"deprecated-maintainer": "hint"}}, 4),
        ({"deprecatedMaintainer": 3, "other": "error"}, {}, 3),
        (None, {}, 3),
    ],
)
def test_levels_of_dockers_extension_count_where_there_are_no_own(of_docker, own, severity):
    with Client() as client:
        client.initialize(CONFIGURATION)
        asked = client.take(lambda message: message.get("method") == "workspace/configuration")
        assert [item["section"] for item in asked["params"]["items"]] == ["dockls", "docker.languageserver.diagnostics"]
        client.send({"jsonrpc": "2.0", "id": asked["id"], "result": [own, of_docker]})
        client.open("FROM node:24\nMAINTAINER jane\n", "untitled:1")
        found = [one for one in client.diagnostics()["diagnostics"] if one["code"] == "deprecated-maintainer"]
        assert [one["severity"] for one in found] == ([severity] if severity else [])


def test_registries_are_asked_while_the_editor_goes_on(tmp_path):
    """What the registry says comes with the next diagnostics; a settings file alone has nothing asked."""
    with local_registry() as (name, asked):
        file = tmp_path / "Dockerfile"
        file.write_text(f"FROM {name}/one\n")
        (tmp_path / "dockls.toml").write_text(f'registries = ["{name}"]\nplatforms = ["linux/arm64"]\n')
        wanted = {"select": ["InvalidBaseImagePlatform"]}
        with Client() as client:
            client.initialize(PUSH, initializationOptions=wanted)
            client.open(file.read_text(), uri=file.as_uri())
            assert client.diagnostics()["diagnostics"] == []
        assert asked == []
        with Client() as client:
            client.initialize(PUSH, initializationOptions=wanted | {"registries": [name]})
            client.open(file.read_text(), uri=file.as_uri())
            assert client.diagnostics()["diagnostics"] == []
            (found,) = client.diagnostics()["diagnostics"]
            assert found["message"] == f"`{name}/one` is for linux/amd64 only, but this stage is for linux/arm64"
