"""A program in an image from nothing that has no folder `/tmp`.

`scratch` has no folders at all. `os.CreateTemp` of Go and `tempfile` of Rust, and what uses them (uploads of forms,
some databases), then fail while the program runs: “open /tmp/…: no such file or directory”.

The rule has to be asked for, because many programs never make temporary files, and `--tmpfs /tmp` gives one to a
container. Nothing is said where the file speaks of `/tmp` or TMPDIR, as by a VOLUME, and where what is copied into `/`
may hold a folder `tmp`.

For a program that runs as root `WORKDIR /tmp` makes one. For another user its mode matters, and BuildKit keeps the mode
of a folder only where the folder above is copied: `RUN mkdir -p -m 1777 /root-folder/tmp` in the builder, then
`COPY --from=build /root-folder /`. Source: images built with Docker 28.5;
pkg.go.dev/os#TempDir.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
     ^^^^^^^ hint: this image has no `/tmp`, so `server` cannot make temporary files
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics.files import copies_of
from dockls.semantics.first_line import on_first_line
from dockls.semantics.linking import Taken, programs_named
from dockls.syntax import Instruction, Place

#: what tells that somebody has thought of it
_TELLING = ("/tmp", "TMPDIR")
_STARTING = frozenset(("CMD", "ENTRYPOINT"))
#: what may make folders that nobody sees here
_OPAQUE = frozenset(("RUN", "ONBUILD"))


@linked_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def missing_temporary_folder(linked: Linked) -> Iterator[Finding]:
    """Look at the programs in Go or Rust that a stage from nothing takes from others and may start."""
    stage = linked.stage
    if stage.base_image != "scratch" or stage.fired or not stage.declaration.words:
        return
    instructions = [one for each in stage.chain for one in each.instructions]
    # Of a stage that starts from another one with a program it was told there.
    starting = [any(one.keyword in _STARTING for one in each.instructions) for each in stage.chain]
    if not any(starting) or any(starting[1:]) or any(_may_make(one) for one in instructions):
        return
    chain = tuple(reversed(stage.chain))
    programs = [taken for each in chain for taken in programs_named(linked.stages, each) if _is_alone(taken)]
    bringing = [taken.copy for taken in programs]
    # What lands in `/` may hold the folder, unless it is a program.
    others = [copy for each in chain for copy in copies_of(each) if copy not in bringing]
    if not programs or any(copy.destination in (None, "/") for copy in others):
        return
    origin = programs[0].copy.instruction
    message = f"this image has no `/tmp`, so `{programs[0].name}` cannot make temporary files"
    related = (Related(Place(origin, origin.head_span), "brings the program"),)
    yield Finding(on_first_line(stage.declaration, stage.declaration.words[0].span), message, related)


def _may_make(instruction: Instruction) -> bool:
    return instruction.keyword in _OPAQUE or any(word in instruction.text for word in _TELLING)


def _is_alone(taken: Taken) -> bool:
    """Whether a program in Go or Rust is all that its COPY brings."""
    return len(taken.copy.sources) == 1 and taken.linked.build.command.program in ("go", "cargo")
