"""Splits a stage in two: writes the edits that an `Extraction` asks for.

What stands below the builder's last instruction stays where it is; the head of the new stage is put in between. From
above, instructions of the image's configuration are moved with their comments, and what the program's environment is
made of (WORKDIR, ENV, USER, SHELL, the ARGs these use) is said again.
"""

import posixpath
from typing import NamedTuple

from dockls import edits
from dockls.ecosystems import Artifact, Extraction
from dockls.ecosystems.cuts import owns_folder
from dockls.ecosystems.environment import arguments_used, environment_lines
from dockls.ecosystems.steps import CONTRACT
from dockls.semantics import Model, Stage
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.variable_uses import variables
from dockls.syntax import Blank, Instruction
from dockls.text import Edit, Span


class Partition(NamedTuple):
    """The edits, and the parts of the contract that change because they mean nothing any more."""

    edits: tuple[Edit, ...]
    changes: frozenset[str]


def partition(model: Model, stage: Stage, extraction: Extraction, builder: str, final: str | None) -> Partition:
    """Split `stage`; the first part is called `builder`, the second `final` or not at all."""
    return _Partition(model, stage, extraction, builder).done(final)


class _Partition:
    """One split in the making."""

    def __init__(self, model: Model, stage: Stage, extraction: Extraction, builder: str) -> None:
        self.model = model
        self.stage = stage
        self.extraction = extraction
        self.builder = builder
        cut = stage.instructions.index(extraction.last) + 1
        self.above = stage.instructions[:cut]
        self.below = stage.instructions[cut:]
        self.state = stage.state_after(extraction.last)
        self.changes: set[str] = set()
        self.moved = [instruction for instruction in self.above if instruction.keyword in CONTRACT]
        self.early_user = self._early_user()

    def done(self, final: str | None) -> Partition:
        """The whole split."""
        head = self._head(final)
        made = [*self._naming(), *self._renumbered()]
        made += [Edit(self.model.absolute(place), text) for place, text in self.extraction.insertions]
        gone, replaced = self._replaced()
        made += replaced
        last = self.extraction.last
        floor = self.model.start_of(last) + len(last.text)
        made += _deletions(self.model, [*self.moved, *[one for one in gone if one in self.above]], floor)
        made += _deletions(self.model, [one for one in gone if one in self.below], floor)
        made.append(self._inserted(head))
        return Partition(tuple(made), frozenset(self.changes))

    # What changes in the lines that stay

    def _naming(self) -> list[Edit]:
        """The builder's name."""
        place = self.stage.node.interface.name_place
        if place is not None:
            if place.item.text[place.span.start : place.span.end].lower() == self.builder.lower():
                return []
            return [edits.replace(self.model, place, self.builder)]
        declaration = self.stage.declaration
        end = self.model.start_of(declaration) + declaration.words[-1].span.end
        word = "as" if declaration.raw_keyword.islower() else "AS"
        return [Edit(Span(end, end), f" {word} {self.builder}")]

    def _renumbered(self) -> list[Edit]:
        """Stages below move down: their numbers in ``--from=N`` count on."""
        more = 1 + len(self.extraction.stages)
        return [
            edits.replace(self.model, reference.mention.place, str(reference.target + more))
            for reference in self.model.references
            if reference.by_index and reference.target is not None and reference.target > self.stage.index
        ]

    def _replaced(self) -> tuple[list[Instruction], list[Edit]]:
        """Instructions below the cut that go, and those that read otherwise."""
        left = self.extraction.dropped | set(self.extraction.relocated)
        gone = [instruction for instruction in self.above if instruction in left]
        gone += [instruction for instruction in self.below if instruction is self.early_user]
        made: list[Edit] = []
        seen: set[str] = set()
        for instruction in self.below:
            lines = self.extraction.replaced.get(instruction.keyword)
            if instruction is self.early_user:
                continue
            if instruction in self.extraction.dropped:
                gone.append(instruction)
            elif instruction in self.extraction.rewritten:
                made.append(self._rewritten(instruction, self.extraction.rewritten[instruction]))
            elif lines is not None:
                if instruction.keyword in seen or not lines:
                    gone.append(instruction)
                else:
                    made.append(self._rewritten(instruction, edits.line_ending(self.model).join(lines)))
                seen.add(instruction.keyword)
        return gone, made

    def _rewritten(self, instruction: Instruction, text: str) -> Edit:
        start = self.model.start_of(instruction)
        return Edit(instruction.span.shifted(start), self._styled(text))

    def _inserted(self, head: str) -> Edit:
        last = self.extraction.last
        end = self.model.start_of(last) + len(last.text)
        if last.text.endswith("\n"):
            return Edit(Span(end, end), head)
        ending = edits.line_ending(self.model)
        return Edit(Span(end, end), ending + head.removesuffix(ending))

    # The head of the new stage

    def _head(self, final: str | None) -> str:
        """Everything between the builder and what stands below it."""
        model = self.model
        text = edits.lines(model, [self._styled(line) for line in self.extraction.appended])
        for extra in self.extraction.stages:
            words = self.stage.declaration.words
            source = words[0].text if words else ""
            first = [f"FROM {self._platform()}{source} AS {extra.name}"]
            text += edits.lines(model, ["", *[self._styled(line) for line in (*first, *extra.lines)]])
        name = "" if final is None else f" AS {final}"
        text += edits.lines(model, ["", self._styled(f"FROM {self._platform()}{self.extraction.image}{name}")])
        brought = "".join([edits.source(model, instruction) for instruction in self.extraction.relocated])
        prepared = self._lines(self._prepared()) + brought
        environment = self._environment()
        if self._uses_environment(prepared):
            prepared, environment = self._lines(environment) + prepared, []
        body = self._lines(self._taken(environment))
        moved = self._moved()
        above = [*[one for parent in self._parents() for one in parent.instructions], *self.above]
        early = arguments_used(self.stage, above, [prepared])
        used = arguments_used(self.stage, above, [prepared, body, moved, *[below.text for below in self.below]])
        late = [line for line in used if line not in early]
        return text + self._lines(early) + prepared + self._lines(late) + body + moved

    def _lines(self, lines: list[str]) -> str:
        """Generated lines in the file's style."""
        return edits.lines(self.model, [self._styled(line) for line in lines])

    def _platform(self) -> str:
        """The platform of the stage; that of the build machine only where what is built is for that machine."""
        flag = self.stage.declaration.parsed.flag("platform")
        if flag is None or ("BUILD" in (flag.value or "") and self._is_for_any_platform()):
            return ""
        return flag.text + " "

    def _is_for_any_platform(self) -> bool:
        """Whether the build is told the target's platform, or makes no programs at all."""
        told = any("TARGET" in one.text or "GOARCH" in one.text for one in self.above)
        return told or "command" in self.extraction.changes

    def _prepared(self) -> list[str]:
        """The shell of the new stage, and what has to be done in its image first."""
        found: list[str] = []
        shell = [instruction for instruction in self.above if instruction.keyword == "SHELL"]
        if shell and self._has_shell_form():
            found.append(shell[-1].text.strip())
        elif shell:
            self.changes.add("shell")
        return [*found, *self.extraction.preparation]

    def _environment(self) -> list[str]:
        """The variables that the program may need."""
        if not self.extraction.keeps_environment:
            return []
        found: list[str] = []
        brought = (*self.extraction.artifacts, *self._copied())
        for parent in self._parents():
            found += environment_lines(parent, parent.instructions, brought)
        return found + environment_lines(self.stage, self.above, brought)

    def _uses_environment(self, text: str) -> bool:
        """Whether instructions use variables that ENV above the cut sets."""
        names = {pair.name for one in self.above if one.keyword == "ENV" for pair in one.pairs} - {"PATH"}
        escape = self.stage.declaration.escape
        return bool(names) and any(use.name in names for use in variables(text, escape, quotes=False))

    def _taken(self, environment: list[str]) -> list[str]:
        """The tools, the folder, the variables and the files of the new stage."""
        steps = [one for one in self.extraction.repeated if one.keyword == "RUN"]
        found = [one.text.strip() for one in steps if one not in self.extraction.bound]
        workdir = self._workdir()
        if self.early_user is not None and workdir:
            if self.early_user in self.below:
                found += [comment.text.strip() for comment in edits.leading_comments(self.model, self.early_user)]
            found.append(self._user_text(self.early_user))
        found += workdir
        found += environment
        found += [one.text.strip() for one in steps if one in self.extraction.bound]
        copies = [one for one in self.stage.instructions if one in self.extraction.repeated and one.keyword != "RUN"]
        repeated = [one.text.strip() for one in copies]
        early = [self._copy(one) for one in self._ordered() if self.extraction.copies_last and not self._covered(one)]
        late = [self._copy(one) for one in self._ordered() if not self.extraction.copies_last or self._covered(one)]
        return [*found, *early, *repeated, *late]

    def _covered(self, artifact: Artifact) -> bool:
        """Whether a repeated COPY may bring something to where the artifact lies, which was made upon it."""
        return any(
            _may_bring(self.stage, copy, artifact.target)
            for copy in copies_of(self.stage)
            if copy.instruction in self.extraction.repeated
        )

    def _copied(self) -> list[Artifact]:
        """What the new stage's own COPY instructions bring."""
        kept = (*self.extraction.repeated, *self.below)
        copies = [copy for copy in copies_of(self.stage) if copy.instruction in kept]
        return [Artifact(copy.destination, copy.is_folder) for copy in copies if copy.destination is not None]

    def _ordered(self) -> list[Artifact]:
        """What changes seldom first: what other stages than the builder give."""
        return sorted(self.extraction.artifacts, key=lambda artifact: artifact.stage is None)

    def _has_shell_form(self) -> bool:
        instructions = (*self.below, *self.moved)
        return any(
            instruction.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK") and not instruction.is_json
            for instruction in instructions
        ) or any(line.startswith("RUN ") for line in self.extraction.preparation)

    def _workdir(self) -> list[str]:
        if not self.extraction.keeps_folder or not self._needs_folder() or self.state.workdir is None:
            self.changes.add("workdir")
            return []
        if self.state.workdir == "/" and self._starts_at_root():
            return []
        parent = self.stage.parent
        if parent is not None and not self._parents() and parent.final_state.workdir == self.state.workdir:
            return []
        return [f"WORKDIR {self.state.workdir}"]

    def _starts_at_root(self) -> bool:
        from dockls.knowledge import facts

        known = facts(self.extraction.image)
        return known is not None and known.workdir == "/" and self.extraction.copies_last

    def _needs_folder(self) -> bool:
        """Whether the file chose the working directory itself, or anything relative is left."""
        stage: Stage | None = self.stage
        while stage is not None:
            above = self.above if stage is self.stage else stage.instructions
            if any(instruction.keyword == "WORKDIR" for instruction in above):
                return True
            stage = stage.parent
        for instruction in self.below:
            if instruction.keyword == "WORKDIR" and not instruction.parsed.rest.lstrip("\"'").startswith("/"):
                return True
        words = [word.value for one in (*self.below, *self.moved) if one.keyword != "LABEL" for word in one.words]
        return any(word.startswith(("./", "../")) for word in words)

    def _copy(self, artifact: Artifact) -> str:
        owner = f"--chown={artifact.owner} " if artifact.owner else ""
        target = artifact.target
        workdir = self.state.workdir if self._workdir_kept() else None
        if workdir not in (None, "/") and target.startswith(f"{workdir}/"):
            target = "./" + target[len(workdir or "") + 1 :]
        elif target == workdir:
            target = "./"
        source = artifact.stage or self.builder
        if " " in artifact.path + target:
            return f'COPY --from={source} {owner}["{artifact.path}", "{target}"]'
        return f"COPY --from={source} {owner}{artifact.path} {target}"

    def _workdir_kept(self) -> bool:
        return self.extraction.keeps_folder and self._needs_folder()

    def _moved(self) -> str:
        """The configuration that stood above the cut, and the user that the program runs as."""
        found = self._lines(self._inherited())
        below = {instruction.keyword for instruction in self.below}
        for instruction in self.moved:
            lines = self.extraction.replaced.get(instruction.keyword)
            if instruction in self.extraction.rewritten:
                comments = edits.leading_comments(self.model, instruction)
                found += "".join([comment.text for comment in comments])
                found += self._lines([self.extraction.rewritten[instruction]])
            elif lines is None:
                found += edits.source(self.model, instruction)
            elif instruction.keyword not in below:
                found += edits.lines(self.model, [self._styled(line) for line in lines])
        users = [instruction for instruction in self.above if instruction.keyword == "USER"]
        if users and self.early_user is None and "USER" not in self.extraction.replaced:
            found += edits.lines(self.model, [self._styled(self._user_text(users[-1]))])
        return found

    def _user_text(self, instruction: Instruction) -> str:
        return self.extraction.rewritten.get(instruction, instruction.text.strip())

    def _early_user(self) -> Instruction | None:
        """The USER that has to stand above WORKDIR, whose folder is the user's own; None if the order is free.

        One below the cut can go up only if no RUN stands above it, which would then be run by another user.
        """
        folder = self.state.workdir
        if folder in (None, "/") or not self._workdir() or "USER" in self.extraction.replaced:
            return None
        users = [instruction for instruction in self.above if instruction.keyword == "USER"][-1:]
        for instruction in self.below:
            if instruction.keyword == "RUN":
                break
            if instruction.keyword == "USER":
                users = [instruction]
        return users[0] if users and owns_folder(self.stage, folder or "/") else None

    def _parents(self) -> list[Stage]:
        """The stages that this one starts from, the first one first."""
        found: list[Stage] = []
        stage = self.stage.parent if self.extraction.image != self.stage.declaration.words[0].text else None
        while stage is not None:
            found.insert(0, stage)
            stage = stage.parent
        return found

    def _inherited(self) -> list[str]:
        """The configuration that the stage has from those it starts from, as far as it does not set its own."""
        own = {instruction.keyword for instruction in self.stage.instructions}
        own |= {"CMD"} if "ENTRYPOINT" in own else set()
        single = ("ENTRYPOINT", "CMD", "HEALTHCHECK", "STOPSIGNAL", "USER")
        found: list[str] = []
        for parent in self._parents():
            for instruction in parent.instructions:
                keyword = instruction.keyword
                if keyword not in (*CONTRACT, "USER") or keyword in self.extraction.replaced:
                    continue
                if not (keyword in single and keyword in own):
                    found.append(self.extraction.rewritten.get(instruction, instruction.text.strip()))
        return found

    def _styled(self, line: str) -> str:
        """A generated line with its keyword, and an AS, in the file's case."""
        keyword, space, rest = line.partition(" ")
        if not keyword.isupper() or edits.keyword(self.model, "RUN") == "RUN":
            return line
        if keyword == "FROM":
            rest = rest.replace(" AS ", " as ")
        return keyword.lower() + space + rest


def _may_bring(stage: Stage, copy: Copy, path: str) -> bool:
    """Whether a COPY of whole folders may hold `path`, as far as the build context is known."""
    folder = (copy.destination or "/").rstrip("/") + "/"
    if copy.destination is None or not (path + "/").startswith(folder):
        return False
    if copy.stage is not None or copy.from_image or not stage.context.known:
        return True
    inside = [posixpath.normpath(posixpath.join(source, path[len(folder) :])) for source in copy.sources]
    return any(stage.context.kind(one) is not None and not stage.context.ignored(one).ignored for one in inside)


def _deletions(model: Model, instructions: list[Instruction], floor: int) -> list[Edit]:
    """Remove instructions with their comments; where several in a row go, one blank line at most stays behind."""
    spans: list[Span] = []
    for span in sorted({edits.block_span(model, instruction) for instruction in instructions}):
        if spans and _only_blank(model, spans[-1].end, span.start):
            spans[-1] = Span(spans[-1].start, span.end)
        else:
            spans.append(span)
    return [Edit(_with_blank(model, span, floor), "") for span in spans]


def _only_blank(model: Model, start: int, end: int) -> bool:
    return not model.tree.text[start:end].strip()


def _with_blank(model: Model, span: Span, floor: int) -> Span:
    """The span with the blank lines below it if a blank line, or nothing, stands above; at the end, those above.

    Nothing above `floor` is touched.
    """
    text = model.tree.text
    start, end = span
    above = model.tree.item_at(start - 1) if start else None
    if not text[end:].strip():
        while start > floor and text[:start].endswith(("\n\n", "\n\r\n")):
            start -= 2 if text[:start].endswith("\r\n") else 1
        if start > floor and not text.endswith("\n"):
            start -= 2 if text[:start].endswith("\r\n") else 1
        return Span(start, len(text))
    if above is None or isinstance(above, Blank):
        while end < len(text) and isinstance(item := model.tree.item_at(end), Blank):
            end = model.tree.start_of(item) + len(item.text)
    return Span(start, end)
