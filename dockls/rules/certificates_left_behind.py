"""A copied program in an image without CA certificates, which the image that built it has.

Who opens a TLS connection checks the other side against the certificates in `/etc/ssl/certs`. `scratch`, BusyBox and
the plain images of Debian and Ubuntu have none. A program in Go or Rust that was copied there starts, and fails at its
first call of another server: “certificate signed by unknown authority”.

The rule has to be asked for, because many programs never call others, or bring certificates of their own. Nothing is
said where anything in the stage may bring some: a package, a script, a copied root folder, any word like “cert”.
Source: pkg.go.dev/crypto/x509#SystemCertPool.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /server /server
                  ^^^^^^^ hint: this image has no CA certificates: TLS connections from `server` to others fail
ENTRYPOINT ["/server"]
```

->

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Severity, linked_rule
from dockls.semantics import Model, Stage
from dockls.semantics.certificates import may_have_got_certificates, starts_without_certificates
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import Copy, brings
from dockls.semantics.linking import programs_named
from dockls.text import Edit


@linked_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def certificates_left_behind(linked: Linked) -> Iterator[Finding]:
    """Look at the programs that a stage takes from others and may start."""
    stage = linked.stage
    starts = any(one.keyword in ("CMD", "ENTRYPOINT") for each in stage.chain for one in each.instructions)
    if starts and not stage.fired and starts_without_certificates(stage) and not may_have_got_certificates(stage):
        yield from _program(linked.stages, stage)


def _program(stages: tuple[Stage, ...], stage: Stage) -> Iterator[Finding]:
    """The first program in Go or Rust that a stage takes from another one."""
    for taken in programs_named(stages, stage):
        if taken.linked.build.command.program in ("go", "cargo"):
            message = f"this image has no CA certificates: TLS connections from `{taken.name}` to others fail"
            yield Finding(taken.place, message, fixes=_copying(stages[taken.copy.stage or 0], taken.copy))
            return


def _copying(source_stage: Stage, copy: Copy) -> tuple[Fix, ...]:
    known = base_facts(source_stage)
    flag = copy.instruction.parsed.flag("from")
    has = known is not None and known.has_ca_certificates and known.distribution in ("debian", "ubuntu", "alpine")
    if not has or flag is None or not flag.value or brings(source_stage, "/etc/ssl"):
        return ()
    name = flag.value
    line = f" --from={name} /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/"

    def adding(model: Model) -> list[Edit]:
        return [edits.insert_before(model, copy.instruction, [edits.keyword(model, "COPY") + line])]

    return (Fix(f"Copy those of `{name}`", adding, safe=False),)
