r"""`echo` of a text with `\n` in it, which every shell prints in another way.

dash, the `/bin/sh` of Debian and Ubuntu, makes a line end of `\n` and prints `-e` as it stands; bash and BusyBox print
`\n` as it stands and understand `-e`. With another base image, or `SHELL ["/bin/bash", "-c"]`, the file that is
written has one line, or begins with `-e`. `printf '%b\n'`, or a here-document, writes the same everywhere.

Told is what goes to a file or another command, where the image is known: a hint where the shell does what is meant, a
warning where `-e` gets into the text, and an information where `\n` does. That may be meant, so nothing is said of
texts that look like JSON, a prompt or a pattern.

```dockerfile
FROM debian:trixie-slim
RUN echo "[server]\nport = 80" > /etc/server.ini
    ^^^^ hint: dash makes line ends of `\n` here, other shells do not; `printf '%b\n'` works in all
RUN echo -e "[client]\nport = 80" > /etc/client.ini
    ^^^^^^^ warning: dash, which is `/bin/sh` here, writes `-e` into the text; use `printf '%b\n'`
```

->

```dockerfile
FROM debian:trixie-slim
RUN printf '%b\n' "[server]\nport = 80" > /etc/server.ini
RUN printf '%b\n' "[client]\nport = 80" > /etc/client.ini
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed_by
from dockls.syntax import Instruction, Place
from dockls.text import Span

_WITH_DASH = frozenset(("debian", "ubuntu"))
_WITH_BASH = frozenset(("redhat", "fedora", "amazon", "centos", "archlinux", "opensuse", "azurelinux", "photon"))
_ENDS = ("\\n", "\\t")
#: what may want a backslash as it stands
_MEANT = ('{"', "{'", "s/", "\\u", "\\[", "\\w", "\\d", "\\s", "PS1", "printf", "awk", "sed ")


@stage_rule(severity=Severity.HINT, theme="compatibility")
def echo_with_backslashes(stage: Stage) -> Iterator[Finding]:
    """Look at the texts that RUNs echo."""
    for run in stage.instructions:
        if run.keyword == "RUN" and "echo" in run.text and "\\" in run.text and not run.is_json:
            shell = _shell(stage, run)
            for each in executed_by(stage, run) if shell is not None else ():
                if each.command.name == "echo" and len(each.words) > 1:
                    yield from _of_echo(shell or "", stage, each)


def _shell(stage: Stage, run: Instruction) -> str | None:
    """The shell that a RUN is read by: dash, bash, BusyBox, or None where that is not known."""
    if any(word in run.text for word in ("bash", "#!/", "shopt", "busybox")):
        return None
    name = stage.state_before(run).shell[0].rpartition("/")[2]
    if name in ("bash", "dash"):
        return name
    known = base_facts(stage)
    if name != "sh" or known is None:
        return None
    if known.distribution in _WITH_DASH:
        return "dash"
    if known.distribution == "alpine":
        return "BusyBox"
    return "bash" if known.distribution in _WITH_BASH else None


def _of_echo(shell: str, stage: Stage, each: Executed) -> Iterator[Finding]:
    options = _options(each)
    is_written = bool(each.command.redirects)
    if any("e" in option for option in options):
        if shell == "dash" and (is_written or _is_piped(each)):
            place = Place(each.instruction, each.span_through(len(options)))
            option = next(option for option in options if "e" in option)
            message = f"dash, which is `/bin/sh` here, writes `{option}` into the text; use `printf '%b\\n'`"
            yield Finding(place, message, fixes=_fixes(stage, each), severity=Severity.WARNING)
    elif is_written and any(_has_end(each, number) for number in range(1, len(each.words))):
        place = Place(each.instruction, each.word_span(0))
        if shell == "dash":
            message = "dash makes line ends of `\\n` here, other shells do not; `printf '%b\\n'` works in all"
            yield Finding(place, message, fixes=_fixes(stage, each))
        elif not any(mark in word for word in each.words for mark in _MEANT):
            message = f"{shell} writes `\\n` as it stands here; use `printf '%b\\n'` for line ends"
            yield Finding(place, message, fixes=_fixes(stage, each), severity=Severity.INFORMATION)


def _options(each: Executed) -> tuple[str, ...]:
    """The words behind `echo` that are options for some shell: ``-e``, ``-n -e``."""
    words = each.words[1:]
    end = next((at for at, word in enumerate(words) if word[:1] != "-" or not word[1:] or word[1:].strip("neE")), None)
    return words if end is None else words[:end]


def _is_piped(each: Executed) -> bool:
    """Whether what stands behind the command is a pipe."""
    text = each.instruction.text[each.place.span.end :].lstrip(" \t\\\r\n")
    return text.startswith("|") and not text.startswith("||")


def _has_end(each: Executed, number: int) -> bool:
    """Whether the shell hands a word on with a backslash in it."""
    word = each.command.words[number]
    text = word.value if word.value is not None else word.text if word.text[:1] in "\"'" else ""
    return any(end in text for end in _ENDS) and "\\\\" not in text


def _fixes(stage: Stage, each: Executed) -> tuple[Fix, ...]:
    """`printf` in place of `echo`, where there is one text."""
    options = _options(each)
    last = len(options) + 1
    if len(each.words) != last + 1 or any("E" in option for option in options):
        return ()
    span = Span(each.word_span(0).start, each.word_span(last).start)
    quote = _quote(stage, each)
    if quote is None:
        return ()
    form = "%b" if any("n" in option for option in options) else "%b\\n"
    text = f"printf {quote}{form}{quote} "
    return (Fix("Use printf", edits.replacing(Place(each.instruction, span), text), safe=False),)


def _quote(stage: Stage, each: Executed) -> str | None:
    """The quotes that may be put around a word; those of a script within quotes (``sh -c '…'``) would end it."""
    start = each.place.span.start
    around = [
        word.text[:1]
        for other in executed_by(stage, each.instruction)
        for word in other.command.words
        if (span := word.span.shifted(other.offset)).start < start < span.end
    ]
    if len(around) > 1 or any(quote not in "\"'" for quote in around):
        return None
    return '"' if around == ["'"] else "'"
