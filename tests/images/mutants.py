"""Wrong results, one for every check of the comparison: what is wrong with the right Dockerfile, and what must be told.

`SAME` are wrong for `preserving` and stand against the project `mutants`' own Dockerfile, `SPLIT` are wrong for
`equivalent` and stand against its `Dockerfile.split`, `RUN` are wrong however the images look.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    """`right` in the Dockerfile becomes `wrong`; `told` is a part of a sentence of the comparison."""

    name: str
    right: str
    wrong: str
    told: str


SAME = (
    Mutant("a file is lost", "rm main.go", "rm main.go go.mod", "/app/go.mod: lost"),
    Mutant("a file is added", "RUN rm main.go", "RUN rm main.go && touch more", "/app/more: added"),
    Mutant("a deletion is lost", "RUN rm main.go\n", "", "/app/main.go: added"),
    Mutant("a link becomes a file", "ln -s data/words link", "cp data/words link", "/app/link: kind link -> file"),
    Mutant("a link leads elsewhere", "ln -s data/words", "ln -s data", "/app/link: content data/words -> data"),
    Mutant("another mode", "chmod 644", "chmod 600", "/app/data/words: mode 0o644 -> 0o600"),
    Mutant("another mode of a folder", "mkdir -m 755", "mkdir -m 700", "/app/data: mode 0o755 -> 0o700"),
    Mutant("another owner", "1000 data", "1000 data && chown 1001 data", "/app/data: user 1000 -> 1001"),
    Mutant("another group", "1000 data", "1000 data && chown :1001 data", "/app/data: group 1000 -> 1001"),
    Mutant("other content", "echo one", "echo two", "/app/data/words: content"),
)

#: one per field of the configuration; wrong in both kinds of results
CONFIGURATION = (
    Mutant("another entrypoint", 'ENTRYPOINT ["/app/server"]', 'ENTRYPOINT ["./server"]', "Entrypoint: "),
    Mutant("the command is lost", 'CMD ["--all"]\n', "", "Cmd: "),
    Mutant("another user", "USER 1000", "USER 1001", "User: 1000 -> 1001"),
    Mutant("another folder", "USER 1000", "WORKDIR /\nUSER 1000", "WorkingDir: /app -> /"),
    Mutant("a variable is lost", "ENV MODE=quiet\n", "", "Env: "),
    Mutant("another value", "ENV MODE=quiet", "ENV MODE=loud", "Env: "),
    Mutant("a port is lost", "EXPOSE 80\n", "", "ExposedPorts: "),
    Mutant("a volume is lost", "VOLUME /store\n", "", "Volumes: "),
    Mutant("a label is lost", "LABEL team=core\n", "", "Labels: "),
    Mutant("the health check is lost", 'HEALTHCHECK CMD ["/app/server"]\n', "", "Healthcheck: "),
    Mutant("another stop signal", "STOPSIGNAL SIGINT", "STOPSIGNAL SIGTERM", "StopSignal: "),
    Mutant("the shell is lost", 'SHELL ["/bin/bash", "-c"]\n', "", "Shell: "),
    Mutant("a trigger is lost", "ONBUILD RUN true\n", "", "OnBuild: "),
)

SPLIT = (
    Mutant("a file that was not there", "./server\nCOPY", "./server\nRUN touch more\nCOPY", "/app/more: added"),
    Mutant("a program built otherwise", "RUN CGO_ENABLED=0 go", "RUN go", "/app/server: content"),
    Mutant("an owner is lost", "--from=builder /app/server", "--from=builder --chown=7:0 /app/server", "user 0 -> 7"),
    Mutant("a mode is lost", "--from=builder /app/server", "--from=builder --chmod=700 /app/server", "mode 0o755"),
    Mutant("a file of the base is changed", "USER 1000", "COPY go.mod /etc/group\nUSER 1000", "/etc/group: content"),
)

RUN = (
    Mutant("a forgotten file", "COPY --from=builder --chown=1000:1000 /app/data ./data\n", "", "exit status: 0 -> 1"),
    Mutant("linked to a C library that is not there", "RUN CGO_ENABLED=0 go", "RUN go", "exit status: 0 -> "),
    Mutant("a program with another output", "build -o server", "build -ldflags=-s -o server", "output: "),
    Mutant("a user that is not there", "USER 1000", "USER somebody", "exit status: 0 -> "),
)
