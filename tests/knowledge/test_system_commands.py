"""What is known of commands that differ between Debian and Alpine."""

import pytest

from dockls.knowledge.system_commands import (
    account_command,
    busybox_lacks,
    holds_node_modules,
    is_compiler,
    is_everywhere,
    is_only_with,
    is_portable_file,
    is_translatable,
    login_shell,
    manager_facts,
    tool_package,
)
from dockls.knowledge.tables import table


def test_only_apt_and_apk_can_be_translated() -> None:
    assert is_translatable("apt", "apk") and is_translatable("apk", "apt")
    assert not is_translatable("dnf", "apk") and not is_translatable("apt", None)


def test_commands_belong_to_one_distribution_or_to_both() -> None:
    assert is_only_with("bash", "apt") and is_only_with("su-exec", "apk")
    assert not is_only_with("mkdir", "apt") and is_everywhere("mkdir")
    both = set(manager_facts("apt")["only"]) & set(manager_facts("apk")["only"])
    assert both == set()
    for manager in ("apt", "apk"):
        assert not [name for name in manager_facts(manager)["only"] if is_everywhere(name)]


def test_every_package_of_a_tool_is_known_on_both() -> None:
    tools = table("system-commands")["tool_packages"]
    assert [tool for tool in tools if tool_package(tool, "apt") is None or tool_package(tool, "apk") is None] == []
    assert tool_package("ps", "apt") == "procps"
    assert tool_package("no-such-tool", "apt") is None
    assert not [tool for tool in tools if is_compiler(tool)]


def test_options_that_busybox_lacks() -> None:
    assert busybox_lacks("grep", ["-q", "-P", "x"]) == "-P"
    assert busybox_lacks("wget", ["--progress=dot", "x"]) == "--progress=dot"
    assert busybox_lacks("grep", ["-q", "x"]) is None
    assert busybox_lacks("node", ["-P"]) is None


def test_every_account_command_takes_the_name_of_what_it_makes() -> None:
    fields = {"uid", "gid", "group", "groups", "home", "shell", "comment"}
    flags = {"", "make_home", "no_home", "system", "own_group", "no_group", "append", "remove_home"}
    for manager, commands in table("system-commands")["accounts"].items():
        for program in commands:
            known = account_command(program, manager)
            assert known is not None
            assert set(known.values.values()) <= fields and set(known.flags.values()) <= flags, program
            assert not set(known.values) & set(known.flags), program
    assert account_command("useradd", "apk") is None


def test_login_shells_are_where_the_distribution_has_them() -> None:
    assert login_shell("/bin/bash", "apk") == "/bin/sh"
    assert login_shell("/sbin/nologin", "apt") == "/usr/sbin/nologin"
    assert login_shell("/bin/false", "apk") == "/bin/false"


@pytest.mark.parametrize(
    "path", ["/app/dist/index.js", "/etc/ssl/certs/ca-certificates.crt", "/usr/share/zoneinfo", "/a/b.json", "/run.sh"]
)
def test_portable_files(path: str) -> None:
    assert is_portable_file(path)


@pytest.mark.parametrize("path", ["/app/server", "/usr/lib/x.so", "/usr/share/zoneinfox", "/app/addon.node", "/"])
def test_files_that_may_need_a_libc(path: str) -> None:
    assert not is_portable_file(path)


def test_folders_with_copies_of_node_modules() -> None:
    assert holds_node_modules("/app/.next/standalone") and holds_node_modules("/app/.output/server")
    assert not holds_node_modules("/app/.next/static") and not holds_node_modules("/app/x.output")
