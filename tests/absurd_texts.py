"""Files nobody would write, by name, each in any size: what may be long, deep or many is so here."""

from collections.abc import Callable


def _numbered(pattern: str) -> Callable[[int], str]:
    """The pattern once for each number; `{n}` is the number, `{m}` the one before."""
    return lambda size: "".join([pattern.format(n=number, m=number - 1) for number in range(1, size + 1)])


def _ring(size: int) -> str:
    return "".join([f"FROM b{(n + 1) % size} AS b{n}\nCOPY --from=b{n * 7 % size} a b\n" for n in range(size)])


def _ladder(size: int) -> str:
    """Stages each of which copies from the three above: exponentially many ways lead down."""
    return "FROM a AS b0\n" + "".join(
        [f"FROM b{n - 1} AS b{n}\n" + "".join([f"COPY --from=b{max(n - k, 0)} a b\n" for k in (1, 2, 3)])
         for n in range(1, size)]
    )  # fmt: skip


def _heredocs(size: int) -> str:
    opened = " ".join([f"<<E{number}" for number in range(size)])
    return f"FROM a\nRUN {opened}\n" + "".join([f"x\nE{number}\n" for number in range(size)])


def _doubling(size: int) -> str:
    """Each variable is twice as long as the one before."""
    return "FROM a\nENV a0=xxxxxxxx\n" + _numbered("ENV a{n}=$a{m}$a{m}\n")(size) + f"COPY $a{size} b\n"


#: a text by size; the size is how often something is repeated, or how deep it is nested
ABSURD: dict[str, Callable[[int], str]] = {
    "blank lines": lambda size: "\n" * size,
    "carriage returns": lambda size: "\r" * size + "FROM a\r\nRUN x",
    "byte order marks": lambda size: "\ufeff" * size + "FROM a\n",
    "NULs": lambda size: "FROM a\0 AS \0\nRUN " + "\0 " * size + "\0" * size,
    "lone surrogates": lambda size: "FROM \ud800 AS x\udcff\nCOPY --from=x\udcff \udfff b\nRUN $\ud83d\n" * size,
    "line separators": lambda size: "FROM a\u2028\nRUN \u2029\x85\x0c\x0b\x1c $\u2028\n" * size,
    "a long keyword": lambda size: "a" * size,
    "a long word": lambda size: "FROM a\nRUN " + "a" * size,
    "many words": lambda size: "FROM a\nCOPY " + "a " * size,
    "words out of the alphabet": lambda size: "FROM a\nCOPY --from=\u732b " + "\U0001f600 " * size,
    "a long name": lambda size: f"FROM a AS {'b' * size}\nCOPY --from={'b' * (size - 1)}c a b\nFROM {'b' * size}\n",
    "a long image": lambda size: "FROM " + "a/" * size + "b:c@d\nFROM " + "a__" * size + "!",
    "many words behind FROM": lambda size: "FROM " + "a " * size,
    "a long path": lambda size: "FROM a\nWORKDIR " + "a/../" * size + "\nCOPY " + "../" * size + " .",
    "a long pattern": lambda size: "FROM a\nCOPY " + "a*" * size + "b [a" + "[a-" * size + " c",
    "long numbers": lambda size: (
        "FROM a\nCOPY --from=9{0} --chmod=7{0} a b\nEXPOSE 9{0}\nUSER 9{0}:9{0}\nSTOPSIGNAL 9{0}\n"
        "HEALTHCHECK --retries=9{0} --interval=9{0}s CMD a\nFROM 1{0}\n".format("9" * size)
    ),
    "many variables in one ENV": lambda size: "FROM a\nENV" + _numbered(" a{n}=$a{m}")(size),
    "one label again and again": lambda size: "FROM a\nLABEL " + "a=b " * size,
    "a long JSON list": lambda size: "FROM a\nCMD [" + '"a",' * size + '"b"]',
    "a deep JSON list": lambda size: "FROM a\nCMD " + "[" * size + "]" * (size // 2),
    "quotes": lambda size: "FROM a\nRUN " + "\"'" * size + "\nCOPY " + "\"'" * size + " b",
    "backslashes": lambda size: "FROM a\nRUN " + "\\" * size + "\nENV a=" + "\\" * size,
    "continued lines": lambda size: "FROM a\nCOPY a " + "b \\\n# c\n\n" * size + "d",
    "nothing but continued lines": lambda size: "FROM a\nRUN " + "\\\n" * size,
    "dollar signs": lambda size: "FROM a\nENV a=" + "$" * size + "\nRUN " + "$" * size,
    "nested defaults": lambda size: "FROM a\nCOPY " + "${a:-" * size + "x" + "}" * size + " b",
    "nested defaults of ARGs": lambda size: "ARG a=" + "${a:-" * size + "x" + "}" * size + "\nFROM x$a\nARG a\n",
    "nested defaults in RUN": lambda size: "FROM a\nARG a\nRUN " + "${a:-" * size + "x" + "}" * size,
    "nested defaults that never end": lambda size: "FROM a\nWORKDIR " + "${a:-" * size,
    "patterns in substitutions": lambda size: (
        f"FROM a\nENV v={'a' * size}\nENV w=${{v##{'*a' * size}b}} x=${{v//a*b/c}} y=${{v%{'?' * size}}}\n"
        "COPY $w $x $y\n"
    ),
    "doubling": _doubling,
    "nested commands": lambda size: "FROM a\nRUN " + "$(" * size + "a" + ")" * size,
    "nested groups": lambda size: "FROM a\nRUN " + "(" * size + "a" + ")" * (size // 2),
    "many commands": lambda size: "FROM debian\nRUN " + "apt-get install -y a && " * size + "true",
    "loops that never end": lambda size: "FROM a\nRUN " + "if a; then for b in c; do " * size,
    "one package again and again": lambda size: "FROM debian\nRUN apt-get install " + "a " * size,
    "here-documents": _heredocs,
    "here-documents that never end": lambda size: "FROM a\n" + _numbered("RUN <<E{n}\n")(size),
    "a huge here-document": lambda size: "FROM a\nCOPY <<E /x\n" + "echo $a ${b:-c}\n" * size + "E\nFROM b\n",
    "a huge script": lambda size: "FROM a\nRUN <<E\n" + "echo $a && b | c\n" * size + "E\nFROM b\n",
    "angle brackets": lambda size: "FROM a\nRUN " + "<" * size + " " + "<< " * size,
    "unnamed stages": lambda size: "FROM a\n" * size,
    "stages of one name": lambda size: "FROM b AS b\nCOPY --from=b a b\n" * size,
    "a chain of stages": lambda size: "FROM a AS b0\n" + _numbered("FROM b{m} AS b{n}\nENV x{n}=$x{m} y=$y$y\n")(size),
    "a chain of copies": lambda size: "FROM a AS b0\n" + _numbered("FROM a AS b{n}\nCOPY --from=b{m} a b\n")(size),
    "a chain upwards": _numbered("FROM b{n} AS b{m}\nCOPY --from=b{n} a b\n"),
    "a ring": _ring,
    "a ladder": _ladder,
    "misspelled stages": _numbered("FROM a AS build{n}\nCOPY --from=biuld{n} a b\n"),
    "stage numbers": _numbered("FROM a\nCOPY --from={n} a b\n"),
    "unused stages": lambda size: _numbered("FROM a AS u{n}\nRUN x\n")(size) + "FROM scratch\n",
    "triggers": lambda size: "FROM a AS b0\n" + _numbered("ONBUILD COPY --from=b{m} a b\nFROM b{m} AS b{n}\n")(size),
    "triggers in triggers": lambda size: "FROM a\n" + "ONBUILD " * size + "RUN x",
    "flags": lambda size: (
        "FROM a AS b\nFROM c\nCOPY " + "--from=b " * size + "a b\nRUN " + "--mount=from=b " * size + "y"
    ),
    "fields of a mount": lambda size: "FROM a AS b\nFROM c\nRUN --mount=" + "a=b,'\"" * size + " y",
    "dashes": lambda size: "FROM a\nRUN " + "-" * size + "\nCOPY " + "-- " * size,
    "ARGs": lambda size: (
        _numbered("ARG a{n}=$a{m}\n")(size) + "FROM x$a1\n" + _numbered("ARG a{n}\n")(size) + "RUN $a1\n" * size
    ),
    "one ARG again and again": lambda size: "ARG a=1\n" * size + "FROM x$a\n" + "ARG a\nRUN $a\n" * size,
    "ENVs": lambda size: "FROM a\n" + "ENV a=$a:1\nRUN $a\n" * size,
    "copies": lambda size: "FROM a\n" + _numbered("COPY a{n} /b{n}\nCOPY a b\n")(size),
    "copies and installs": lambda size: "FROM node\n" + "COPY . .\nRUN npm ci\n" * size,
    "copies from a stage": lambda size: "FROM a AS b\nFROM c\n" + _numbered("COPY --from=b /a{n} /b{n}\n")(size),
    "builds": lambda size: (
        "FROM golang AS b\nWORKDIR /src\n" + "COPY x /src/x\nRUN go build -o /out/a /src/x\n" * size
        + "FROM alpine\n" + "COPY --from=b /out/a /a\n" * size
    ),
    "builds in one stage": lambda size: (
        "FROM golang\nWORKDIR /src\n" + "COPY x x\nRUN go build -o /out/a x\n" * size + 'CMD ["/out/a"]\n'
    ),
    "directives": lambda size: "# escape=`\n" * size + "# check=skip=" + "a," * size + "\nFROM a",
    "suppressions": lambda size: "# dockls: ignore[a,b]\n" * size + "# hadolint ignore=" + "a," * size + "\nFROM a",
    "unknown instructions": lambda size: "FRMO a\n" * size,
    "unknown flags": lambda size: "FROM a\n" + "COPY --chwon=a b c\n" * size,
    "unknown flags of one instruction": lambda size: "FROM a\nRUN " + "--a=b " * size + "c",
    "shells": lambda size: "FROM a\n" + 'SHELL ["pwsh"]\nRUN a | b\nSHELL ["/bin/bash", "-c"]\nRUN a | b\n' * size,
    "installs": lambda size: "FROM debian\n" + "RUN apt-get update && apt-get install -y a\n" * size,
}  # fmt: skip
