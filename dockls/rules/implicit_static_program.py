"""A Go program is static only because its builder happens to have no C compiler.

Go turns cgo off where it finds no C compiler, as in the Alpine images of Go. Once a package such as `build-base` is
added there, or the builder is another image, the program needs a C library when it runs: “not found” in an image
without one. `CGO_ENABLED=0` says what is meant. Source: go.dev/doc/go1.20, “Cgo”.

```dockerfile
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN go build -o server .

FROM alpine:3.24
COPY --from=build /src/server /server
                  ^^^^^^^^^^^ hint: `server` is static only for want of a C compiler; `CGO_ENABLED=0` would say so
ENTRYPOINT ["/server"]
```

->

```dockerfile
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3.24
COPY --from=build /src/server /server
ENTRYPOINT ["/server"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics.compatibility import WITHOUT_COMPILER
from dockls.semantics.linking import programs_named


@linked_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def implicit_static_program(linked: Linked) -> Iterator[Finding]:
    """Look at the programs that a stage takes from others."""
    for taken in programs_named(linked.stages, linked.stage):
        found = taken.linked
        if found.linking.why == WITHOUT_COMPILER:
            message = f"`{taken.name}` is static only for want of a C compiler; `CGO_ENABLED=0` would say so"
            setting = edits.replacing(found.start, found.setting("CGO_ENABLED=0"))
            fix = Fix("Build without cgo", setting, safe=False)
            yield Finding(taken.place, message, (Related(found.build.place, "builds it"),), (fix,))
