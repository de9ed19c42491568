"""Faults of commands, put into those of strangers where there are enough of them."""

import re
from itertools import pairwise

from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import copies_of
from faults import between_lines as between
from faults import own_stages as own
from faults.places import OWN, Choice, Lines, at_end, below_from, either, in_own_stage, inserted, is_plain, marking
from faults.sample import Injection, Sample, on_known_base, on_known_bases

_NAMES = (
    "Jane Doe <jane@example.com>", '"Jane Doe"', "'jane'", "jane@example.com", "J. O'Neill", "Jané, Bob & Co.",
    '"Jane Doe" <jane@example.com>', '"Jane", "Bob"',
)  # fmt: skip


def _maintainer(name: str, choose: Choice, escape: str = "\\") -> str:
    keyword = choose("MAINTAINER", "MAINTAINER", "maintainer", "Maintainer")
    quoted = name[0] in "\"'" and name[0] == name[-1] and name.count(name[0]) == 2
    plain = (name[1:-1] if quoted else name).replace('"', escape + '"')
    blank = choose(" ", "  ", "\t")
    return f'«LABEL org.opencontainers.image.authors="{plain}"|{keyword}{blank}{name}»'


def _flag(choose: Choice) -> str:
    """A flag of RUN with a slip of the pen in one of its words."""
    return choose(
        "--mount=type=«cache|cahe»,target=/root/.cache",
        "--mount=type=cache,«target|traget»=/root/.cache",
        "--mount=type=cache,target=/root/.cache,sharing=«locked|lockd»",
        "--mount=target=/own,type=«bind|bnd»",
        "--network=«none|nonee»",
        "--network=«default|defalt»",
        "--security=«sandbox|sandbx»",
        "--mount=type=secret,id=own,«env|evn»=OWN",
        "--mount=type=tmpfs,target=/own --mount=type=«tmpfs|tmpf»,target=/more",
    )


def _without_cache(found: re.Match[str], choose: Choice) -> str:
    """A mount for the cache that the command is told not to use."""
    start, flag, rest = found.groups()
    folder = "/var/cache/apk" if "apk" in start else choose("/root/.cache/pip", "/root/.cache")
    mount = choose(f"type=cache,target={folder}", f"type=cache,id=own,target={folder}", f"target={folder},type=cache")
    return f"RUN --mount={mount} {start}«|{flag}»{rest}"


def _echo(choose: Choice, stage: Stage) -> Lines | None:
    """A text of several lines, written by the `echo` of whichever shell it is."""
    known = base_facts(stage)
    distribution = None if known is None else known.distribution
    option = choose("", "-e ", "-ne ", "-n -e ") if distribution in ("debian", "ubuntu") else ""
    text = choose('"[own]\\nport = 80"', "'a=1\\nb=2\\n'", '"$HOME\\n$PATH"', '"one\\ttwo"')
    target = choose(" > /etc/own.conf", " >> /etc/own.conf", " | tee /etc/own.conf" if option else ">/etc/own.conf")
    before, behind = choose(("", ""), ("mkdir -p /own && ", ""), ("", " && true"), ("true; ", " \\\n && true"))
    form = "%b" if "n" in option else "%b\\n"
    form = f"'{form}'"
    if option and "'" not in text and choose(False, False, True):
        before, behind, form = "sh -c '", "'", form.replace("'", '"')
    return Lines(f"RUN {before}«printf {form} |echo {option}»{text}{target}{behind}\n")


def _search_path(choose: Choice, stage: Stage) -> Lines | None:
    """A search path that names a folder beside the one with what is looked for."""
    entry, files = choose(
        ("PATH=/root/.local«/bin|»:$PATH", {}),
        ('PATH="$PATH:/root/.cargo«/bin|»"', {}),
        ('PATH="/opt/own/venv«/bin|»:${PATH}"', {}),
        ("OWN=1 PATH=/usr/own/.venv«/bin|»:$PATH", {}),
        ("JAVA_HOME=/opt/own/jdk\nENV PATH=$JAVA_HOME«/bin|»:$PATH", {}),
        ("NODE_PATH=/own/node_modules«|/.bin»", {}),
        ("OWN=2 \\\n    PATH=/own/node_modules«/.bin|»:$PATH", {}),
        ("PATH=«/root|~»/.local/bin:$PATH", {}),
        ("PATH $PATH:/root/.local«/bin|»", {}),
        ("PATH='/usr/local/go«/bin|»:/usr/bin:/bin'", {}),
        ("GOPATH=/own \\\n    OWN=3\nENV PATH=$PATH:$GOPATH«/bin|»", {}),
        ("PATH=/usr/lib/jvm/java-21«/bin|»:$PATH", {}),
    )
    return Lines(f"ENV {entry}\n", files)


def _java_option(choose: Choice, stage: Stage) -> Lines:
    option = choose("-XX:+UseContainerSupport", "-XX:+UseContainerSupport", "-XX:+UseCGroupMemoryLimitForHeap")
    return Lines(
        choose(
            f'ENV JAVA_TOOL_OPTIONS="-Xmx1g«| {option}» -Down=1"\n',
            f"ENV OWN=1 \\\n    JAVA_OPTS='-Xmx1g«| {option}»'\n",
            f'ENV JAVA_OPTS="«|{option} »-Xmx1g"\n',
            f'CMD ["java", «|"{option}", »"-jar", "/own.jar"]\n',
            f'CMD ["java"«|, "{option}"», "-jar", "/own.jar"]\n',
            f'ENTRYPOINT ["sh", "-c", "exec java«| {option}» -jar /own.jar"]\n',
            f"CMD java«| {option}» \\\n    -jar /own.jar\n",
            f"CMD exec java \\\n«|    {option} \\\n»    -jar /own.jar\n",
            f"ENV JAVA_OPTS -Xmx1g«| {option}» -Down=1\n",
        )
    )


def _shell(choose: Choice, stage: Stage) -> Lines:
    shell = choose('"sh"', '"/bin/sh"', '"dash"')
    before, command = choose(
        ("", "java $JAVA_OPTS -jar /own.jar"),
        ("cd /own && ", "node server.js --port=$PORT"),
        ("export OWN=1; ", "/own/server"),
        ("", "nginx -g 'daemon off;'"),
        ("./migrate && ", "python3 -m own"),
        ('echo \\"own\\" && ', '/own/server --name \\"$HOSTNAME\\"'),
        ("PORT=80 ", "/own/server"),
        ("", "env PORT=80 /own/server"),
    )
    flags = choose('"-c"', '"-ec"', '"-xc"')
    return Lines(f'ENTRYPOINT [{shell}, {flags}, "{before}«exec |»{command}"]\n')


def _on_debian(stage: Stage) -> bool:
    known = base_facts(stage)
    return known is not None and known.distribution in ("debian", "ubuntu") and stage.states[0].user == "root"


def _go_file(found: re.Match[str], choose: Choice) -> str:
    """The package that is built, by the name of its file."""
    folder = found[2].rstrip("/")
    return f"{found[1]}«{folder}|{'' if folder == '.' else folder + '/'}main.go»{found[3]}"


def _useless_cleanup(text: str) -> Sample | None:
    """A RUN that removes what nobody takes, at the end of a stage from which others copy."""
    choose, model = Choice(text), Model.of(text)
    copied = {copy.stage for stage in model.stages for copy in copies_of(stage)}
    for stage, below in pairwise(model.stages):
        uses = model.graph.dependents[stage.index]
        only_copied = stage.index in copied and all(use.mention.kind == "copy" for use in uses)
        if not only_copied or any(one.keyword == "ONBUILD" for one in stage.instructions):
            continue
        last = stage.instructions[-1] if stage.instructions else stage.declaration
        cleaning = choose(
            "rm -rf /own/cache",
            "rm -f /own/a.tgz /own/b.tgz",
            "rm -rf /own/* \\\n    /var/own",
            "cd /own && rm -rf own-cache",
            "apt-get clean && rm -rf /var/lib/apt/lists/*",
            "npm cache clean --force || true",
            "set -eux; cd /own; rm -rf cache",
        )
        assert below.index == stage.index + 1
        return inserted(model, model.start_of(last) + len(last.text), Lines(f"«|RUN {cleaning}\n»"))
    return None


def _folderless(text: str) -> Sample | None:
    """The only WORKDIR of a stage, which stands above a COPY of the context, left out."""
    model = Model.of(text)
    for stage in model.stages:
        folders = [one for one in stage.instructions if one.keyword == "WORKDIR"]
        known = base_facts(stage)
        if len(folders) != 1 or stage.parent is not None or known is None or known.family in ("golang", "gradle"):
            continue
        start = model.start_of(folders[0])
        found = re.compile(r"WORKDIR .*\n(?=COPY (?!--)\S+ \./?$)", re.MULTILINE).match(text, start)
        # What the fix writes is `/app`, right above the COPY.
        if found is not None:
            return Sample(text[:start] + "WORKDIR /app\n" + text[found.end() :], text[:start] + text[found.end() :])
    return None


def _in_no_folder(choose: Choice) -> Lines:
    base = choose("node:24", "python:3.14-slim", "debian:trixie", "alpine:3.22", "eclipse-temurin:21-jre", "nginx:1.29")
    before = choose("", "ENV OWN=1\n", "RUN mkdir -p /own\n")
    copied = choose("COPY . .", "COPY . ./", "ADD . .", "COPY app ./app", "COPY --chown=1000 . .", "COPY *.json ./")
    return Lines(f'FROM {base} AS {OWN}runtime\n{before}«WORKDIR /app\n|»{copied}\nCMD ["./run"]\n\n')


def _exec(text: str) -> Sample | None:
    """What the ENTRYPOINT in JSON form at the end starts, or the CMD if there is none: started by a shell."""
    stages = Model.of(text).stages
    if (
        not stages
        or not _on_debian(stages[-1])
        or ("ENTRYPOINT" in text and not re.search(r"^ENTRYPOINT.*\s*\Z", text))
    ):
        return None

    def shelled(found: re.Match[str], choose: Choice) -> str:
        words = re.findall(r'"([^"]*)"', found[2])
        return f'{found[1]} [{choose("", " ")}"sh", "-c", "«exec |»{" ".join(words)}"]'

    return marking(r'^(CMD|ENTRYPOINT) \[((?:"[\w./:=-]+"(?:, ?)?)+)\](?=\s*\Z)', shelled)(text)


#: `go build` with a name for the program, and a package at the end of the line
_GO_BUILD = r"^(RUN (?:[\w=]+ )*go build (?:.* )?-o \S+ (?:.* )?)(\.|\./[\w/-]+)((?=\r?$))"

#: an install by one of the managers that keep what they download, told not to
_WITH_CACHE = r"^RUN ((?:apk add|pip3? install)(?: -\w+)*)( --no-cache(?:-dir)?)((?= ))"

INJECTIONS: dict[str, Injection] = {
    "build-without-development-dependencies": in_own_stage(own.build_for_production),
    "cache-busting-argument": either(between.early_argument, in_own_stage(own.early_argument)),
    "cache-busting-copy": in_own_stage(own.early_sources),
    "copy-without-workdir": either(_folderless, in_own_stage(_in_no_folder)),
    "dead-search-path": at_end(_search_path, is_plain),
    "defeated-cache-mount": either(
        on_known_base(either(marking(_WITH_CACHE, _without_cache), between.cache_of_nothing)),
        in_own_stage(own.cache_of_nothing),
    ),
    "dependencies-left-behind": either(between.second_download, in_own_stage(own.second_download)),
    "deprecated-maintainer": either(
        marking(r"^LABEL maintainer=\"([^\"$]+)\"(?=\r?$)", lambda found, choose: _maintainer(found[1], choose)),
        below_from(
            lambda choose, stage: Lines(_maintainer(choose(*_NAMES), choose, stage.declaration.escape) + "\n"),
            lambda stage: True,
        ),
    ),
    "development-package-in-final-stage": either(between.headers_in_image, in_own_stage(own.headers_in_image, "last")),
    "dummy-sources": in_own_stage(own.older_sources),
    "early-platform-argument": in_own_stage(own.early_platform),
    "echo-with-backslashes": below_from(_echo, is_plain),
    "fixed-architecture": either(
        marking(
            r"^(RUN (?:CGO_ENABLED=0 )?)(?=go build)",
            lambda found, choose: f"«ARG TARGETARCH\n|»{found[1]}GOARCH=«$TARGETARCH|amd64» ",
        ),
        in_own_stage(own.one_architecture),
    ),
    "obsolete-java-option": at_end(_java_option, lambda stage: True),
    "packages-added-in-build": in_own_stage(own.nothing_added),
    "project-install-before-sources": in_own_stage(own.project_without_sources),
    "repeated-entrypoint": either(between.started_twice, in_own_stage(own.started_twice)),
    "shell-as-command": either(_exec, at_end(_shell, _on_debian)),
    "single-go-file": either(marking(_GO_BUILD, _go_file), in_own_stage(own.single_file)),
    "syntax-error": marking(
        r"\A(?![\s\S]*\{\{)[\s\S]*?^RUN (?![<-])", lambda found, choose: f"{found[0]}{_flag(choose)} "
    ),
    "useless-cleanup": _useless_cleanup,
    "unexported-variable": either(
        # What stands in front of the program is exported as well once it stands apart.
        on_known_bases(
            marking(
                r"^RUN ((?:CGO_ENABLED|GOOS|DEBIAN_FRONTEND)=\w+) (?=(?:go build|apt-get install) )",
                lambda found, choose: f"RUN «export |»{found[1]}{choose(' && ', '; ')}",
            )
        ),
        in_own_stage(own.unexported),
    ),
    "unwritable-files": either(between.writing_as_user, in_own_stage(own.writing_as_user)),
}
