"""One stage: its instructions, what it inherits, and the effective state before and after each instruction.

Sources: BuildKit frontend/dockerfile/dockerfile2llb/convert.go (``dispatch*``), docs.docker.com/reference/dockerfile.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from dockls.project import BuildContext
from dockls.semantics.graph import Graph, Node, Reference, Resolution, expanded_or_none
from dockls.semantics.platforms import platform_arguments
from dockls.syntax import Instruction, Parsed, Section

Folded = TypeVar("Folded")
Found = TypeVar("Found")

DEFAULT_SHELL = ("/bin/sh", "-c")
#: BuildKit frontend/dockerfile/dockerfile2llb/convert.go, ``defaultShell``
_WINDOWS_SHELL = ("cmd", "/S", "/C")


class Variable(NamedTuple):
    """A variable's value and where it comes from; `value` is None if it is not known before the build.

    `origin` is the ENV or ARG instruction, or None for the base image and for what BuildKit sets itself.
    """

    value: str | None
    kind: str
    origin: Instruction | None


class State(NamedTuple):
    """What is in force at one point of a stage; `workdir` and `user` are None where they are not known."""

    workdir: str | None
    user: str | None
    shell: tuple[str, ...]
    environment: Mapping[str, Variable]
    arguments: Mapping[str, Variable]

    def lookup(self, name: str) -> str | None:
        """The value for an expansion: ENV wins over ARG of the same name."""
        variable = self.variable(name)
        return None if variable is None else variable.value

    def variable(self, name: str) -> Variable | None:
        """The variable in force under that name."""
        return self.environment.get(name) or self.arguments.get(name)


class Fired(NamedTuple):
    """An ONBUILD instruction at work in a stage: what it executes there, and the state before and after it."""

    instruction: Instruction
    parsed: Parsed
    state: State
    state_after: State


class Stage:
    """A stage with its resolved references. Immutable, and the same object while nothing it depends on changed."""

    __slots__ = (
        "_base_image",
        "_built_for",
        "_states",
        "context",
        "graph_arguments",
        "memo",
        "node",
        "parent",
        "section",
    )

    def __init__(self, node: Node, section: Section, parent: "Stage | None", graph: Graph, context: BuildContext):
        """`parent` is the stage named in FROM; `context` is the build context."""
        self.node = node
        self.section = section
        self.parent = parent
        self.context = context
        self.graph_arguments: Mapping[str, str] = graph.arguments
        self._built_for = graph.platforms
        self._states: tuple[State, ...] | None = None
        self._base_image: tuple[str | None] | None = None
        #: what upper layers remember about this stage
        self.memo: dict[Any, Any] = {}

    def __repr__(self) -> str:
        return f"Stage({self.index}, {self.name!r})"

    @property
    def index(self) -> int:
        """Its number, 0 for the first."""
        return self.node.number

    @property
    def name(self) -> str | None:
        """Its lower-cased name, or None."""
        return self.node.name

    @property
    def title(self) -> str:
        """How messages name it."""
        return self.node.title

    @property
    def declaration(self) -> Instruction:
        """Its FROM."""
        return self.section.instructions[0]

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions behind FROM."""
        return self.section.instructions[1:]

    @property
    def base(self) -> Reference | None:
        """What FROM names; None if nothing stands behind FROM."""
        return self.node.base

    @property
    def base_image(self) -> str | None:
        """The image at the bottom of its FROM chain, variables expanded; None if it is not known."""
        chain = [self]
        while (parent := chain[-1].parent) is not None and chain[-1]._base_image is None:
            chain.append(parent)
        found = chain[-1]._base_image or (_image_of(chain[-1].base),)
        for stage in chain:
            stage._base_image = found
        return found[0]

    @property
    def platforms(self) -> tuple[str, ...] | None:
        """The platforms that it is built for; None if nobody says, empty if a variable decides.

        A flag of FROM wins, then that of the stage it starts from (BuildKit convert.go, ``d.platform``).
        """
        for stage in self.chain:
            flag = stage.declaration.parsed.flag("platform")
            if flag is None or not flag.value:
                continue
            if flag.value.strip("${}") == "TARGETPLATFORM":
                break
            return () if "$" in flag.value or "/" not in flag.value else (flag.value,)
        return self._built_for or None

    @property
    def root(self) -> "Stage":
        """The stage at the bottom of its FROM chain, which starts from an image; remembered."""
        passed = [self]
        while (parent := passed[-1].parent) is not None and Stage not in passed[-1].memo:
            passed.append(parent)
        found = passed[-1].memo.get(Stage, passed[-1])
        for stage in passed:
            stage.memo[Stage] = found
        assert isinstance(found, Stage)
        return found

    @property
    def chain(self) -> "tuple[Stage, ...]":
        """The stage, the one that its FROM names, and so on: all whose instructions its image is made of."""
        found = [self]
        while (parent := found[-1].parent) is not None:
            found.append(parent)
        return tuple(found)

    def nearest(self, most: int) -> "list[Stage]":
        """The first `most` stages of its chain, for what need not be found in chains that no person has written."""
        found = [self]
        while len(found) < most and (parent := found[-1].parent) is not None:
            found.append(parent)
        return found

    def once(self, work: "Callable[[Stage], Found]") -> Found:
        """What `work` finds in this stage, which hangs on nothing else; done at the first call only."""
        if work not in self.memo:
            self.memo[work] = work(self)
        found: Found = self.memo[work]
        return found

    def listed(self, work: "Callable[[Stage], Iterable[Found]]") -> tuple[Found, ...]:
        """The same of work that finds one thing after another."""
        if work not in self.memo:
            self.memo[work] = tuple(work(self))
        found: tuple[Found, ...] = self.memo[work]
        return found

    def folded(self, step: "Callable[[Stage, Folded], Folded]", first: "Callable[[Stage], Folded]") -> Folded:
        """What `step` makes, stage by stage, of what it made of the stage below; remembered on each stage.

        `first` gives what is below the stage that starts from an image. The chain may be longer than the stack.
        """
        chain = [self]
        while step not in chain[-1].memo and (parent := chain[-1].parent) is not None:
            chain.append(parent)
        for stage in reversed(chain):
            if step not in stage.memo:
                below: Folded = first(stage) if stage.parent is None else stage.parent.memo[step]
                stage.memo[step] = step(stage, below)
        found: Folded = self.memo[step]
        return found

    @property
    def references(self) -> tuple[Reference, ...]:
        """What COPY --from and RUN --mount=…,from= of this stage name."""
        return self.node.references

    @property
    def states(self) -> tuple[State, ...]:
        """The state behind FROM, then behind each instruction."""
        # The oldest stage of the FROM chain first: the chain may be longer than the stack.
        chain = [self]
        while chain[-1]._states is None and (parent := chain[-1].parent) is not None:
            chain.append(parent)
        while chain:
            states = chain.pop()._own_states()
        return states

    def _own_states(self) -> tuple[State, ...]:
        if self._states is None:
            state = self._entered()
            found = [state]
            for instruction in self.instructions:
                state = _behind(state, instruction, self.graph_arguments)
                found.append(state)
            self._states = tuple(found)
        return self._states

    def state_before(self, instruction: Instruction) -> State:
        """The state that `instruction` of this stage sees."""
        return self.states[max(self._position(instruction) - 1, 0)]

    def state_after(self, instruction: Instruction) -> State:
        """The state behind `instruction` of this stage."""
        return self.states[self._position(instruction)]

    def _position(self, instruction: Instruction) -> int:
        """How many instructions of the stage stand above, FROM included."""
        known = self.section.memo.get(Instruction)
        if known is None:
            known = {each: number for number, each in enumerate(self.section.instructions)}
            self.section.memo[Instruction] = known
        position = known[instruction]
        assert isinstance(position, int)
        return position

    @property
    def final_state(self) -> State:
        """The state of the finished stage."""
        return self.states[-1]

    @property
    def fired(self) -> tuple[Fired, ...]:
        """The triggers of the stage that FROM names, which run before the stage's own instructions."""
        if self.parent is None:
            return ()
        found: list[Fired] = []
        state = self.parent.final_state
        for trigger in self.parent.instructions:
            if trigger.inner is not None:
                after = _after(state, trigger, trigger.inner, self.graph_arguments)
                found.append(Fired(trigger, trigger.inner, state, after))
                state = after
        return tuple(found)

    def _entered(self) -> State:
        """The state behind FROM; the same object as before an edit of the stage, so that what is behind it can be."""
        key = (self.parent, self.base, self.base_image, self.graph_arguments)
        kept = self.declaration.memo.get(State)
        if kept is None or kept[0] != key:
            kept = self.declaration.memo[State] = (key, self._entry())
        state = kept[1]
        assert isinstance(state, State)
        return state

    def _entry(self) -> State:
        if self.parent is not None:
            fired = self.fired
            return fired[-1].state_after if fired else self.parent.final_state
        if self.base is not None and self.base.resolution is Resolution.SCRATCH:
            return State("/", "root", DEFAULT_SHELL, {"PATH": Variable(_DEFAULT_PATH, "image", None)}, {})
        from dockls.knowledge import facts, names_windows

        image = self.base_image
        known = facts(image) if image else None
        if known is None:
            shell = _WINDOWS_SHELL if image and names_windows(image) else DEFAULT_SHELL
            return State(None, None, shell, {}, {})
        environment = {name: Variable(value, "image", None) for name, value in (known.env).items()}
        return State(known.workdir or "/", known.user or "root", DEFAULT_SHELL, environment, {})


#: the instructions that change the state
_CHANGING = frozenset(("WORKDIR", "USER", "SHELL", "ENV", "ARG"))
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _image_of(base: Reference | None) -> str | None:
    if base is None or base.resolution not in (Resolution.IMAGE, Resolution.SCRATCH, Resolution.FORWARD):
        return None
    return base.value


def expanded(word: str, state: State, escape: str) -> str | None:
    """The word with the variables of `state` put in; None if a value is not known or the word is malformed."""
    if "$" not in word and "'" not in word and '"' not in word and escape not in word:
        return word
    return expanded_or_none(word, state.lookup, escape)


def joined(directory: str | None, path: str) -> str | None:
    """A path of the image as BuildKit resolves it against the working directory, cleaned; None if not known."""
    import posixpath

    if path.startswith("/"):
        return posixpath.normpath("/" + path.lstrip("/"))
    if directory is None:
        return None
    return posixpath.normpath(posixpath.join(directory, path))


def _behind(state: State, instruction: Instruction, global_values: Mapping[str, str]) -> State:
    """The state behind one instruction, remembered on it for the state before it."""
    if instruction.keyword not in _CHANGING:
        return state
    kept = instruction.memo.get(State)
    if kept is None or kept[0] is not state or kept[1] is not global_values:
        after = _after(state, instruction, instruction.parsed, global_values)
        kept = instruction.memo[State] = (state, global_values, after)
    behind = kept[2]
    assert isinstance(behind, State)
    return behind


def _after(state: State, instruction: Instruction, parsed: Parsed, global_values: Mapping[str, str]) -> State:
    """The state behind one instruction (or the trigger in it)."""
    keyword = parsed.keyword
    if keyword == "WORKDIR" and parsed.words:
        path = expanded(parsed.words[0].text, state, instruction.escape)
        return state._replace(workdir=None if path is None else joined(state.workdir, path))
    if keyword == "USER" and parsed.words:
        return state._replace(user=expanded(parsed.words[0].text, state, instruction.escape))
    if keyword == "SHELL" and parsed.is_json and parsed.words:
        return state._replace(shell=tuple([word.value for word in parsed.words]))
    if keyword == "ENV" and parsed.pairs:
        changed = dict(state.environment)
        for pair in parsed.pairs:
            # Within one ENV every value sees the state before it.
            value = expanded(pair.value or "", state, instruction.escape)
            changed[expanded(pair.name, state, instruction.escape) or pair.name] = Variable(value, "env", instruction)
        return state._replace(environment=changed)
    if keyword == "ARG" and parsed.pairs:
        return _with_arguments(state, instruction, parsed, global_values)
    return state


def _with_arguments(state: State, instruction: Instruction, parsed: Parsed, global_values: Mapping[str, str]) -> State:
    changed = dict(state.arguments)
    for pair in parsed.pairs:
        if pair.value is not None:
            value = expanded(pair.value, state._replace(arguments=changed), instruction.escape)
        elif pair.name in global_values:
            value = global_values[pair.name]
        else:
            value = platform_arguments().get(pair.name)
        changed[pair.name] = Variable(value, "arg", instruction)
    return state._replace(arguments=changed)
