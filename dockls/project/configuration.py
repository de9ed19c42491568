"""Settings: `dockls.toml`, ``[tool.dockls]`` of `pyproject.toml`, the editor's section ``dockls``, `.hadolint.yaml`."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dockls.project.probing import probed

if TYPE_CHECKING:
    from pathlib import Path

#: the levels a rule can be given; "off" silences it
LEVELS = ("error", "warning", "information", "hint", "off")

_KEYS = (
    "select", "ignore", "severity", "context", "targets", "fail-on", "per-file-ignores", "per-stage-ignores",
    "other-servers", "registries", "platforms",
)  # fmt: skip
#: keys in the spelling that editors use
_EDITORS = {
    "failOn": "fail-on", "perFileIgnores": "per-file-ignores", "perStageIgnores": "per-stage-ignores",
    "otherServers": "other-servers",
}  # fmt: skip
#: servers and linters that may run beside this one
OTHER_SERVERS = ("docker", "hadolint")
_FAIL_ON = ("error", "warning", "information", "hint", "never")
_OTHER_LEVELS = {"info": "information", "style": "hint", "warn": "warning", "none": "off", "ignore": "off"}


class ConfigurationProblem(NamedTuple):
    """What is wrong in a settings file; `line` is 1-based, 0 where none can be told; the message a sentence."""

    path: str
    line: int
    message: str


class Configuration(NamedTuple):
    """The settings in force; rule names are as written (names or aliases).

    `select` None means every rule. `severity` gives levels by rule. `context` is an absolute folder. `targets` are
    stages that are built besides the last one. `path` is the file the settings come from.

    `file_ignores` and `stage_ignores` are patterns (of paths from the settings file's folder, of names of stages) with
    the rules that are ignored there. `other_servers` tell the same findings in the same editor. `registries` may be
    asked for the platforms of images, `platforms` are those that are built for.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    context: str | None = None
    targets: tuple[str, ...] = ()
    fail_on: str | None = None
    path: str | None = None
    problems: tuple[ConfigurationProblem, ...] = ()
    file_ignores: tuple["Ignored", ...] = ()
    stage_ignores: tuple["Ignored", ...] = ()
    other_servers: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()

    @property
    def rules_key(self) -> object:
        """What the rule set depends on; equal settings have equal keys."""
        levels = tuple(sorted(self.severity.items()))
        return self.select, self.ignore, levels, self.stage_ignores, self.other_servers

    def for_file(self, path: str) -> "Configuration":
        """The settings for the file at a path: what `per-file-ignores` says of it is ignored."""
        if not self.file_ignores:
            return self
        import posixpath
        from fnmatch import fnmatchcase
        from os.path import relpath

        relative = relpath(path, posixpath.dirname(self.path or "") or ".").replace("\\", "/")
        more: list[str] = []
        for pattern, rules in self.file_ignores:
            if fnmatchcase(relative, pattern) or fnmatchcase(posixpath.basename(relative), pattern):
                more += rules
        return self._replace(ignore=(*self.ignore, *more)) if more else self


#: a pattern and the rules that are ignored where it matches
Ignored = tuple[str, tuple[str, ...]]


def load_configuration(
    near: str,
    known_rules: Collection[str] | None = None,
    *,
    editor: Mapping[str, object] | None = None,
    file: str | None = None,
) -> Configuration:
    """The settings for a file or folder at `near`: those of the nearest settings file upward, or of `file`.

    `known_rules` are all names and aliases of rules; a name not among them is a problem (None: not checked). `editor`
    is the editor's section, whose keys win. Never raises.
    """
    from pathlib import Path

    start = Path(near)
    path = Path(file) if file else None
    text, table = None, None
    problems: list[ConfigurationProblem] = []
    for candidate in [path] if path else _candidates(start):
        text = _text(candidate)
        if text is None and path is not None:
            problems.append(ConfigurationProblem(str(path), 0, f"The settings file {path} cannot be read."))
        if text is None:
            continue
        table = _table(candidate, text, problems)
        if table is not None or problems:
            path = candidate
            break
    result = Configuration(path=str(path) if path else None)
    if table is not None and path is not None:
        result = _Reader(str(path), text or "", known_rules, problems).read(table, str(path.parent))
    elif path is None:
        result = _hadolint(start) or result
    if editor:
        reader = _Reader("the editor's settings", "", known_rules, problems)
        result = reader.read(_editor_keys(editor), str(_folder(start)), result)
    return result._replace(problems=tuple(problems))


def _folder(start: "Path") -> "Path":
    from pathlib import Path

    try:
        start = start.resolve()
        return start if start.is_dir() else start.parent
    except (OSError, ValueError, RuntimeError):
        return Path.cwd()


def _candidates(start: "Path") -> Iterable["Path"]:
    folder = _folder(start)
    for above in (folder, *folder.parents):
        yield above / "dockls.toml"
        yield above / "pyproject.toml"


def _text(path: "Path") -> str | None:
    probed(str(path))
    try:
        return path.read_bytes().decode("utf-8-sig", "replace") if path.is_file() else None
    except (OSError, ValueError):
        return None


def _table(path: "Path", text: str, problems: list[ConfigurationProblem]) -> dict[str, object] | None:
    """The settings in a TOML file; None if it has none (a problem is added if it is no TOML)."""
    import tomllib

    project = path.name == "pyproject.toml"
    if project and "dockls" not in text:
        return None
    try:
        table: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        message = f"The file is not valid TOML: {error}. Mend this line; until then the defaults apply."
        problems.append(ConfigurationProblem(str(path), _line_told(str(error), text), message))
        return None
    for name in ("tool", "dockls") if project else ():
        table = table.get(name) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _line_told(message: str, text: str) -> int:
    """The line of a tomllib message "... (at line 3, column 5)"; one about the end of the file means the last line."""
    number = message.rpartition("(at line ")[2].partition(",")[0]
    return int(number) if number.isdigit() else text.rstrip().count("\n") + 1


def _editor_keys(editor: Mapping[str, object]) -> dict[str, object]:
    """The editor's settings with ``failOn`` as ``fail-on`` and so on; what is not set (null) is left out."""
    return {_EDITORS.get(key, key): value for key, value in editor.items() if value is not None}


class _Reader:
    """Reads one table of settings and notes what is wrong in it."""

    def __init__(
        self, path: str, text: str, known: Collection[str] | None, problems: list[ConfigurationProblem]
    ) -> None:
        self._path = path
        self._text = text
        self._known = known
        self._problems = problems

    def read(self, table: Mapping[str, object], folder: str, base: Configuration | None = None) -> Configuration:
        """The settings of a table on top of `base`; relative paths start from `folder`."""
        from pathlib import Path

        result = base or Configuration(path=self._path)
        for key, value in table.items():
            if key == "context" and isinstance(value, str):
                result = result._replace(context=str(Path(folder) / value))
            elif key == "severity":
                result = result._replace(severity={**result.severity, **self._severity(value)})
            elif key in _KEYS:
                result = self._replaced(result, key, value)
            else:
                self._problem(key, f"There is no setting `{key}`{_nearest(key, _KEYS)}.")
        return result

    def _replaced(self, result: Configuration, key: str, value: object) -> Configuration:
        if key == "select":
            return result._replace(select=self._strings(key, value, rules=True))
        if key == "ignore":
            return result._replace(ignore=self._strings(key, value, rules=True) or ())
        if key == "targets":
            return result._replace(targets=self._strings(key, value) or ())
        if key == "registries":
            return result._replace(registries=self._strings(key, value) or ())
        if key == "platforms":
            return result._replace(platforms=self._strings(key, value) or ())
        if key == "per-file-ignores":
            return result._replace(file_ignores=self._ignores(key, value))
        if key == "per-stage-ignores":
            return result._replace(stage_ignores=self._ignores(key, value))
        if key == "other-servers":
            return result._replace(other_servers=self._servers(key, value))
        level = self._level(value, _FAIL_ON) if key == "fail-on" else None
        if level is not None:
            return result._replace(fail_on=level)
        wanted = "a text, the path of a folder" if key == "context" else f"one of {', '.join(_FAIL_ON)}"
        self._problem(key, f"`{key}` must be {wanted}.")
        return result

    def _level(self, value: object, levels: tuple[str, ...]) -> str | None:
        level = _OTHER_LEVELS.get(value.lower(), value.lower()) if isinstance(value, str) else ""
        return level if level in levels else None

    def _strings(self, key: str, value: object, rules: bool = False) -> tuple[str, ...] | None:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            self._problem(key, f"`{key}` must be a list of texts.")
            return None
        if rules:
            for one in value:
                self._check_rule(one)
        return tuple(value)

    def _severity(self, value: object) -> dict[str, str]:
        if not isinstance(value, Mapping):
            self._problem("severity", "`severity` must be a table of rules and levels.")
            return {}
        found: dict[str, str] = {}
        for rule, given in value.items():
            self._check_rule(str(rule))
            level = self._level(given, LEVELS)
            if level is None:
                self._problem(str(rule), f"The severity of `{rule}` must be one of {', '.join(LEVELS)}.")
            else:
                found[str(rule)] = level
        return found

    def _ignores(self, key: str, value: object) -> tuple[Ignored, ...]:
        if not isinstance(value, Mapping):
            self._problem(key, f"`{key}` must be a table of patterns and lists of rules.")
            return ()
        return tuple(
            [(str(pattern), self._strings(str(pattern), rules, True) or ()) for pattern, rules in value.items()]
        )

    def _servers(self, key: str, value: object) -> tuple[str, ...]:
        named = self._strings(key, value) or ()
        for name in named:
            if name not in OTHER_SERVERS:
                self._problem(name, f"`{key}` knows {' and '.join(OTHER_SERVERS)}, but not `{name}`.")
        return tuple([name for name in named if name in OTHER_SERVERS])

    def _check_rule(self, name: str) -> None:
        if self._known is not None and name not in self._known:
            self._problem(name, f"There is no rule `{name}`{_nearest(name, self._known)}.")

    def _problem(self, word: str, message: str) -> None:
        self._problems.append(ConfigurationProblem(self._path, self._line_of(word), message))

    def _line_of(self, word: str) -> int:
        """The first line on which a key or name stands; 0 if none."""
        for number, line in enumerate(self._text.split("\n"), 1):
            parts = line.partition("#")[0]
            for separator in "[]={}":
                parts = parts.replace(separator, ",")
            if any(part.strip("\"' \t\r") == word for part in parts.split(",")):
                return number
        return 0


def _nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` without its end mark, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word.lower(), list(known), 1, 0.6)
    return f"; the nearest is `{close[0]}`" if close else ""


def _hadolint(start: "Path") -> Configuration | None:
    """What the nearest `.hadolint.yaml` says of rules; codes that are no rules here are harmless there."""
    folder = _folder(start)
    for above in (folder, *folder.parents):
        for name in (".hadolint.yaml", ".hadolint.yml"):
            text = _text(above / name)
            if text is not None:
                return _from_hadolint(text, str(above / name))
    return None


def _from_hadolint(text: str, path: str) -> Configuration:
    from dockls.project import yaml_tree

    root = yaml_tree.mapping(yaml_tree.document(text))
    severity: dict[str, str] = {}
    for level, node in yaml_tree.pairs(root.get("override")):
        named = _OTHER_LEVELS.get(level, level)
        if named in LEVELS:
            severity.update({code: named for item in yaml_tree.items(node) if (code := yaml_tree.scalar(item))})
    ignored = [code for item in yaml_tree.items(root.get("ignored")) if (code := yaml_tree.scalar(item))]
    return Configuration(ignore=tuple(ignored), severity=severity, path=path)
