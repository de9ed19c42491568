"""What BuildKit refuses in the flags and words of one instruction, one function per keyword.

Source: frontend/dockerfile/instructions/{parse,bflag}.go for the number and form of arguments;
frontend/dockerfile/dockerfile2llb/convert*.go for values. A value with a variable is expanded during the build
only, so nothing is said of it.
"""

import re
from collections.abc import Callable, Iterator

from dockls.syntax.heredocs import announcements
from dockls.syntax.mounts import device_problems, mount_problems
from dockls.syntax.parsed import Flag, Parsed, Problem, Word, go_quote
from dockls.syntax.suggestion import did_you_mean
from dockls.syntax.tables import (
    DURATION_UNITS,
    FLAGS,
    FLAGS_IGNORED,
    NETWORK_MODES,
    REPEATABLE,
    SECURITY_MODES,
    SIGNALS,
    SWITCH,
)
from dockls.text import Span

Check = Callable[[Parsed, str], Iterator[Problem]]

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_DURATION_PART = re.compile(r"([0-9]*)(\.?[0-9]*)([^0-9.]*)")


def flag_problems(parsed: Parsed) -> Iterator[Problem]:
    """Unknown, repeated, valueless and not boolean flags (bflag.go, ``Parse``)."""
    if parsed.keyword in FLAGS_IGNORED or _disables_health_check(parsed):
        return
    known = FLAGS.get(parsed.keyword, {})
    seen: set[str] = set()
    for flag in parsed.flags:
        kind = known.get(flag.name)
        if kind is None:
            yield Problem(flag.span, f"unknown flag: --{flag.name}" + did_you_mean(flag.name, known))
        elif flag.name in seen and kind != REPEATABLE:
            yield Problem(flag.span, f"duplicate flag specified: --{flag.name}")
        elif flag.value is None:
            if kind != SWITCH:
                yield Problem(flag.span, f"missing a value on flag: --{flag.name}")
        elif kind == SWITCH and flag.value.lower() not in ("true", "false"):
            yield Problem(flag.value_span or flag.span, _not_boolean(flag))
        seen.add(flag.name)


def _not_boolean(flag: Flag) -> str:
    if not flag.value:
        return f"missing a value on flag: --{flag.name}"
    return f"expecting boolean value for flag --{flag.name}, not: {flag.value}"


def _place(parsed: Parsed) -> Span:
    """All arguments, or the keyword if there are none."""
    return parsed.rest_span if parsed.rest else parsed.keyword_span


def _at_least_one(parsed: Parsed, source: str) -> Iterator[Problem]:
    if not parsed.arguments:
        yield Problem(parsed.keyword_span, f"{parsed.keyword} requires at least one argument")


def _exactly_one(parsed: Parsed, source: str) -> Iterator[Problem]:
    if len(parsed.arguments) != 1:
        yield Problem(_place(parsed), f"{parsed.keyword} requires exactly one argument")


def _names(parsed: Parsed, source: str) -> Iterator[Problem]:
    """ARG, ENV and LABEL need names."""
    yield from _at_least_one(parsed, source)
    for pair in parsed.pairs:
        if not pair.name and (pair.value is not None or parsed.keyword != "ARG"):
            span = pair.value_span or pair.name_span
            yield Problem(Span(pair.name_span.start, span.end), f"{parsed.keyword} names can not be blank")


def _transfer(parsed: Parsed, source: str) -> Iterator[Problem]:
    """COPY and ADD."""
    keyword = parsed.keyword
    if len(parsed.arguments) < 2:
        message = f"{keyword} requires at least two arguments, but only one was provided. "
        yield Problem(_place(parsed), message + "Destination could not be determined")
        return
    destination = parsed.words[-1]
    if not parsed.is_json and announcements(destination.text):
        yield Problem(destination.span, f"{keyword} cannot accept a heredoc as a destination")
    yield from _mode(parsed.flag("chmod"))
    origin = parsed.flag("from")
    if keyword == "ADD":
        yield from _checksum(parsed)
        return
    if origin is not None and re.search(r"\$.", origin.value or ""):
        message = "variable expansion is not supported for --from, define a new stage with FROM using ARG from global"
        yield Problem(origin.value_span or origin.span, message + " scope as a workaround")
    for word in parsed.words[:-1]:
        if word.value.startswith(("http://", "https://")):
            yield Problem(word.span, "source can't be a URL for COPY")


def _mode(flag: Flag | None) -> Iterator[Problem]:
    """``--chmod``: an octal number, or a symbolic mode like chmod's."""
    if flag is None or not flag.value or "$" in flag.value:
        return
    value = flag.value
    if value.strip("01234567"):
        clause = r"[ugoa]*(?:[-+=][rwxXstugo]*)+"
        right = not value[0].isdigit() and re.fullmatch(f"{clause}(?:,{clause})*", value) is not None
    else:
        right = len(value) < 40 and int(value, 8) <= 0o7777
    if not right:
        message = f"invalid chmod parameter: '{value}'. it should be octal string and between 0 and 07777"
        yield Problem(flag.value_span or flag.span, message)


def _checksum(parsed: Parsed) -> Iterator[Problem]:
    flag = parsed.flag("checksum")
    if flag is None or not flag.value:
        return
    sources = parsed.words[:-1]
    if len(sources) > 1:
        yield Problem(flag.span, "checksum can't be specified for multiple sources")
    elif not _may_be_remote(sources[0].value):
        yield Problem(flag.span, "checksum requires HTTP(S) or Git sources")


def _may_be_remote(source: str) -> bool:
    return "$" in source or "://" in source or "@" in source or ".git" in source or source.startswith("github.com/")


def _from(parsed: Parsed, source: str) -> Iterator[Problem]:
    count = len(parsed.words)
    if count == 3 and parsed.words[1].text.lower() == "as":
        name = parsed.words[2]
        if _STAGE_NAME.fullmatch(name.text.lower()) is None:
            message = f"invalid name for build stage: {go_quote(name.text)}, name can't start with a number or "
            yield Problem(name.span, message + "contain symbols")
    elif count != 1:
        yield Problem(_place(parsed), "FROM requires either one or three arguments")
        return
    yield from _base_name(parsed.words[0])


def _base_name(word: Word) -> Iterator[Problem]:
    """A base that can be neither a stage nor an image (github.com/distribution/reference)."""
    name = word.text
    if any(mark in name for mark in "$\"'\\`") or _STAGE_NAME.fullmatch(name) is not None:
        return
    component = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    host = r"(?:[a-zA-Z0-9]+(?:[.-]+[a-zA-Z0-9]+)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
    rest = r"(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,})?"
    if re.fullmatch(f"(?:{host}/)?{component}(?:/{component})*{rest}", name, re.ASCII) is not None:
        return
    if len(name) == 64 and not name.strip("0123456789abcdef"):
        return
    message = f"failed to parse stage name {go_quote(name)}: invalid reference format"
    repository = re.split(r"[:@]", name.rpartition("/")[2])[0] if "/" not in name else name
    if re.fullmatch(f"(?:{host}/)?{component}(?:/{component})*{rest}", name.lower(), re.ASCII) is not None:
        prefix = "" if "/" in name else "library/"
        message += f": repository name ({prefix}{repository}) must be lowercase"
    yield Problem(word.span, message)


def _run(parsed: Parsed, source: str) -> Iterator[Problem]:
    for flag in parsed.flags:
        if flag.value is None:
            continue
        place = flag.value_span or flag.span
        if flag.name == "mount":
            yield from mount_problems(flag, source)
        elif flag.name == "device":
            yield from device_problems(flag, source)
        elif flag.name == "network" and flag.value not in NETWORK_MODES:
            hint = did_you_mean(flag.value, NETWORK_MODES)
            yield Problem(place, f"invalid network mode {go_quote(flag.value)}{hint}")
        elif flag.name == "security" and flag.value not in SECURITY_MODES:
            hint = did_you_mean(flag.value, SECURITY_MODES)
            yield Problem(place, f"security {go_quote(flag.value)} is not valid{hint}")


def _disables_health_check(parsed: Parsed) -> bool:
    return parsed.keyword == "HEALTHCHECK" and bool(parsed.words) and parsed.words[0].text.upper() == "NONE"


def _health_check(parsed: Parsed, source: str) -> Iterator[Problem]:
    if not parsed.arguments:
        yield from _at_least_one(parsed, source)
        return
    kind = parsed.words[0]
    if _disables_health_check(parsed):
        if len(parsed.arguments) > 1:
            yield Problem(parsed.rest_span, "HEALTHCHECK NONE takes no arguments")
        return
    if kind.text.upper() != "CMD":
        yield Problem(kind.span, f"Unknown type {go_quote(kind.text.upper())} in HEALTHCHECK (try CMD)")
    elif len(parsed.arguments) == 1:
        yield Problem(kind.span, "Missing command after HEALTHCHECK CMD")
    for flag in parsed.flags:
        if flag.value and flag.name in FLAGS["HEALTHCHECK"]:
            message = _retries(flag.value) if flag.name == "retries" else _interval(flag.name, flag.value)
            if message is not None:
                yield Problem(flag.value_span or flag.span, message)


def _retries(value: str) -> str | None:
    digits = value[1:] if value[0] in "+-" else value
    if not (digits.isascii() and digits.isdigit()):
        return f"strconv.ParseInt: parsing {go_quote(value)}: invalid syntax"
    if len(digits) > 30 or not -(1 << 31) <= int(value) < 1 << 31:
        return f"strconv.ParseInt: parsing {go_quote(value)}: value out of range"
    return f"--retries cannot be negative ({int(value)})" if int(value) < 0 else None


def _interval(name: str, value: str) -> str | None:
    """A duration like Go's: ``1m30s``; at least a millisecond, or zero."""
    number = value[1:] if value[0] in "+-" else value
    if number == "0":
        return None
    total = 0.0
    position = 0
    if not number:
        return f"time: invalid duration {go_quote(value)}"
    while position < len(number):
        match = _DURATION_PART.match(number, position)
        digits, unit = (match[1] + match[2], match[3]) if match else ("", "")
        if not digits.strip("."):
            return f"time: invalid duration {go_quote(value)}"
        if not unit:
            return f"time: missing unit in duration {go_quote(value)}"
        if unit not in DURATION_UNITS:
            return f"time: unknown unit {go_quote(unit)} in duration {go_quote(value)}"
        total += float(digits) * DURATION_UNITS[unit]
        position = match.end() if match else len(number)
    if total and (value[0] == "-" or total < 1):
        return f"Interval {go_quote(name)} cannot be less than 1ms"
    return None


def _expose(parsed: Parsed, source: str) -> Iterator[Problem]:
    yield from _at_least_one(parsed, source)
    for word in parsed.words:
        message = None if any(mark in word.text for mark in "$\"'\\`") else _port(word.text)
        if message is not None:
            yield Problem(word.span, message)


def _port(text: str) -> str | None:
    """``[[ip:]host:]port[-port][/protocol]`` (github.com/docker/go-connections/nat, ``ParsePortSpec``)."""
    _, _, container = text.rpartition(":")
    container, slash, protocol = container.partition("/")
    if not container:
        return f"no port specified: {text}<empty>"
    first, dash, last = container.partition("-")
    if not _is_port(first) or (dash and not (_is_port(last) and int(first) <= int(last))):
        return f"invalid containerPort: {container}"
    if slash and protocol and protocol.lower() not in ("tcp", "udp", "sctp"):
        return f"invalid proto: {protocol}"
    return None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 1 << 16


def _stop_signal(parsed: Parsed, source: str) -> Iterator[Problem]:
    yield from _exactly_one(parsed, source)
    if len(parsed.arguments) != 1 or any(mark in parsed.rest for mark in "$\"'\\`"):
        return
    signal = parsed.rest
    name = signal.upper().removeprefix("SIG")
    numeric = signal.isascii() and signal.isdigit() and signal.strip("0") != ""
    if not numeric and name not in SIGNALS:
        hint = did_you_mean(signal.upper(), sorted(f"SIG{known}" for known in SIGNALS))
        yield Problem(parsed.rest_span, f"invalid signal: {signal}{hint}")


def _shell(parsed: Parsed, source: str) -> Iterator[Problem]:
    if not parsed.arguments:
        yield Problem(_place(parsed), "SHELL requires at least one argument")
    elif not parsed.is_json:
        yield Problem(parsed.rest_span, "SHELL requires the arguments to be in JSON form")


def _volume(parsed: Parsed, source: str) -> Iterator[Problem]:
    if not parsed.arguments:
        yield Problem(_place(parsed), "VOLUME requires at least one argument")
    for word in parsed.words:
        if not word.value.strip():
            yield Problem(word.span, "VOLUME specified can not be an empty string")


def _trigger(parsed: Parsed, source: str) -> Iterator[Problem]:
    """ONBUILD: which triggers are allowed. What a trigger says is looked at only where it fires."""
    inner = parsed.inner
    if inner is None:
        yield from _at_least_one(parsed, source)
    elif inner.keyword == "ONBUILD":
        yield Problem(inner.keyword_span, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    elif inner.keyword in ("FROM", "MAINTAINER"):
        yield Problem(inner.keyword_span, f"{inner.keyword} isn't allowed as an ONBUILD trigger")


#: what is checked behind the flags; CMD and ENTRYPOINT may say anything
CHECKS: dict[str, Check] = {
    "ADD": _transfer,
    "ARG": _names,
    "COPY": _transfer,
    "ENV": _names,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _health_check,
    "LABEL": _names,
    "MAINTAINER": _exactly_one,
    "ONBUILD": _trigger,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _exactly_one,
    "VOLUME": _volume,
    "WORKDIR": _exactly_one,
}
