"""``dockls verify``: build before and after a refactoring with the user's own builder, and compare the images."""

import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dockls.cli.building import RUN_SECONDS, Builder, BuilderError, Built, Ran, found_builder
from dockls.cli.documents import VERSION, as_json
from dockls.cli.images import NOTHING, Change, Entry, Image, Reader, UnreadableImageError, added, changes
from dockls.cli.opening import Opened, UnreadableError, complain, open_configured
from dockls.cli.outcomes import STDIN, count
from dockls.cli.paint import Paint
from dockls.cli.refactor import UsageError, named_room, selection_of, settings_of
from dockls.engine import Performed, perform
from dockls.rooms import Refused
from dockls.semantics import Model

#: how many files are named; the rest is counted
_NAMED = 5
#: arguments that BuildKit sets by itself
_PLATFORM_ARGUMENTS = ("$BUILDPLATFORM", "${BUILDPLATFORM}", "$TARGETPLATFORM", "${TARGETPLATFORM}")


class _Proof(NamedTuple):
    """All that was measured. `base` is what the new image stands on, empty where the grade does not ask for it."""

    performed: Performed
    before: Image
    after: Image
    base: Image
    changes: tuple[Change, ...]
    rebuilt: Built
    runs: tuple[Ran, Ran] | None


class _Files(NamedTuple):
    """Files, not folders, that one image has and the other has not, or that both have with other content or owner."""

    lost: dict[str, Entry]
    gained: dict[str, Entry]
    changed: dict[str, Entry]


def run(options: Namespace) -> int:
    """Build, compare and tell; exit status 1 if the promise does not hold or the refactoring is refused."""
    try:
        opened = _with_arguments(open_configured(options.file, options.context), options.build_arg)
        words = (*[f"--build-arg={one}" for one in options.build_arg], *_secrets(options.secret))
        performed = _performed(opened.model, options)
        if performed is None:
            return 1
        proof = _proof(opened, performed, options, words)
    except (UsageError, UnreadableError, BuilderError, UnreadableImageError) as error:
        complain(str(error))
        return 2
    faults = _faults(proof)
    sys.stdout.write(_json(proof, faults) if options.format == "json" else _text(proof, faults))
    return 1 if faults else 0


def _with_arguments(opened: Opened, given: list[str]) -> Opened:
    """The file as these build arguments make it; raises UsageError where one has no name."""
    import os

    model = opened.model
    values = dict(model.surroundings.build_arguments)
    for one in given:
        name, equals, value = one.partition("=")
        if not name:
            raise UsageError(f"--build-arg takes NAME or NAME=VALUE, not `{one}`.")
        if equals or name in os.environ:
            # A name alone has the value of the shell's variable, as Docker reads it.
            values[name] = value if equals else os.environ[name]
    around = model.surroundings._replace(build_arguments=values)
    return opened._replace(model=Model(model.tree, around)) if given else opened


def _secrets(given: list[str]) -> list[str]:
    """The options for the builder; raises UsageError where a secret has no id or its file is not there."""
    for one in given:
        fields = dict(field.partition("=")[::2] for field in one.split(","))
        if not fields.get("id"):
            raise UsageError(f"--secret takes id=ID, with src=FILE or env=NAME behind it, not `{one}`.")
        path = fields.get("src") or fields.get("source")
        if path and not Path(path).is_file():
            raise UsageError(f"the file {path} of the secret `{fields['id']}` does not exist.")
    return [f"--secret={one}" for one in given]


def _performed(model: Model, options: Namespace) -> Performed | None:
    """What the refactoring makes of the file; None and a complaint if it makes nothing."""
    room = named_room(options.apply)
    outcome = perform(model, room.name, selection_of(model, options.at), settings_of(room, options.set))
    if isinstance(outcome, Performed):
        return outcome
    reason = outcome.reason if isinstance(outcome, Refused) else "it has nothing to do at this place"
    word = "refused" if isinstance(outcome, Refused) else "not offered"
    complain(f"`{room.name}` is {word}: {reason.removesuffix('.')}.")
    return None


def _proof(opened: Opened, performed: Performed, options: Namespace, words: tuple[str, ...]) -> _Proof:
    """Build both, with `words` as further options of the builder, and compare."""
    from tempfile import TemporaryDirectory

    model = opened.model
    context = _context(opened, options.context)
    ignore_file = None if opened.path == STDIN else Path(f"{opened.path}.dockerignore")
    ignore_file = ignore_file if ignore_file is not None and ignore_file.is_file() else None
    reader = Reader()
    with TemporaryDirectory(prefix="dockls-") as temporary, found_builder() as builder:
        folder = Path(temporary)
        builder.options = words
        first = builder.build("before", model.tree.text, context, folder, ignore_file)
        second = builder.build("after", performed.text, context, folder, ignore_file)
        before = reader.image(builder.save(first, folder))
        after = reader.image(builder.save(second, folder))
        bases = (NOTHING, NOTHING)
        if performed.grade != "preserving":
            new = model.updated(model.tree.edited(performed.edits))
            old_base = _base("base-before", model, builder, reader, folder)
            bases = (old_base, _base("base-after", new, builder, reader, folder))
        runs = (_first_run(builder, first), builder.run(second)) if options.run else None
    return _Proof(performed, before, after, bases[1], changes(before, after, bases, performed.changes), second, runs)


def _first_run(builder: Builder, built: Built) -> Ran:
    """How the old image runs; raises BuilderError where it does not, as there is nothing to compare with then."""
    ran = builder.run(built)
    if not ran.began:
        said = ran.errors.strip().splitlines()[-1:] or ["it printed nothing"]
        raise BuilderError(
            f"the image before the refactoring does not run (exit status {ran.status}): {said[0]}\n"
            "Without --run the images alone are compared."
        )
    return ran


def _context(opened: Opened, given: str | None) -> Path:
    root = getattr(opened.model.surroundings.context, "root", None)
    folder = Path(given or root or ".")
    if given is None and root is None and opened.path != STDIN:
        folder = Path(opened.path).parent
    if not folder.is_dir():
        raise UnreadableError(f"the build context {folder} is not a folder; name one with --context.")
    return folder


def _base(name: str, model: Model, builder: Builder, reader: Reader, folder: Path) -> Image:
    """The image under the last stage; nothing for scratch."""
    image = model.target.base_image if model.target is not None else None
    if image in (None, "scratch"):
        return NOTHING
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    text = f"FROM {_platform(model)}{image}\n"
    return reader.image(builder.save(builder.build(name, text, empty, folder, None), folder))


def _platform(model: Model) -> str:
    """The flag of the FROM that names the last stage's image, where it says the same without the file's arguments."""
    stage = model.target
    while stage is not None and stage.parent is not None:
        stage = stage.parent
    for flag in stage.declaration.flags if stage is not None else ():
        if flag.name == "platform" and flag.value and ("$" not in flag.value or flag.value in _PLATFORM_ARGUMENTS):
            return f"--platform={flag.value} "
    return ""


def _faults(proof: _Proof) -> list[str]:
    """Where the promise of the grade is broken; nothing if it holds."""
    faults: list[str] = []
    grade = proof.performed.grade
    if grade == "preserving":
        paths = {*proof.before.files, *proof.after.files}
        differing = [path for path in paths if proof.before.files.get(path) != proof.after.files.get(path)]
        faults += _fault("the images differ in {}", differing)
    elif grade == "equivalent":
        new = added(proof.after, proof.base)
        old = proof.before.files
        faults += _fault("the new image has {} that the old one has not", [path for path in new if path not in old])
        differing = [path for path, entry in new.items() if path in old and entry != old[path]]
        only_content = [path for path in differing if _alike(new[path], old[path])]
        if proof.runs is None:
            faults += _fault("{} built anew with other content; compare the behavior with --run:", only_content)
        faults += _fault("{} with another kind, mode or owner", sorted({*differing} - {*only_content}))
    if grade != "changing":
        for change in proof.changes:
            if not (change.declared or (grade == "equivalent" and _left_behind(change))):
                faults.append(f"the configuration differs: {_shown(change)}")
    if proof.runs is not None and proof.runs[0] != proof.runs[1]:
        faults.append("the images do not run the same")
    return faults


def _fault(sentence: str, paths: list[str]) -> list[str]:
    if not paths:
        return []
    named = ", ".join(sorted(paths)[:_NAMED]) + (", …" if len(paths) > _NAMED else "")
    return [f"{sentence.format(count(len(paths), 'path'))}: {named}".replace("::", ":")]


def _alike(new: Entry, old: Entry) -> bool:
    return new.kind == "file" and new._replace(size=0, content="") == old._replace(size=0, content="")


def _left_behind(change: Change) -> bool:
    """Whether variables are only missing; the engine refuses to lose one that the program may need."""
    return change.field == "Env" and {*change.after} <= {*change.before}


def _files(proof: _Proof) -> _Files:
    def only(images: tuple[Image, Image]) -> dict[str, Entry]:
        one, other = images
        return {path: entry for path, entry in one.files.items() if entry.kind != "folder" and path not in other.files}

    before, after = proof.before, proof.after
    changed = {
        path: entry for path, entry in after.files.items() if path in before.files and before.files[path] != entry
    }
    return _Files(only((before, after)), only((after, before)), changed)


def _text(proof: _Proof, faults: list[str]) -> str:
    paint = Paint()
    performed = proof.performed
    shown = [f"{paint('bold', performed.title)} ({performed.grade})"]
    shown += [f"  assumes: {assumption}" for assumption in performed.assumptions]
    old, new = proof.before.size, proof.after.size
    percent = f" ({(new - old) * 100 / old:+.0f} %)" if old and old != new else ""
    shown.append(f"size           {_size(old)} -> {_size(new)}{percent}")
    for word, entries in zip(_Files._fields, _files(proof), strict=True):
        size = sum(entry.size for entry in entries.values())
        shown.append(f"files {word:<8} {len(entries)}" + (f" ({_size(size)})" if entries else ""))
        shown += [f"  {_size(entry.size):>9}  {path}" for path, entry in _largest(entries)]
    shown.append("configuration  " + ("differs" if proof.changes else "the same"))
    shown += [f"  {_shown(change)}{' (declared)' if change.declared else ''}" for change in proof.changes]
    if proof.rebuilt.cached is not None:
        steps = count(proof.rebuilt.steps, "step")
        shown.append(f"cache          {proof.rebuilt.cached} of {steps} of the second build came from the cache")
    if proof.runs is not None:
        same = proof.runs[0] == proof.runs[1]
        shown.append(f"run            {'the same: ' + _ended(proof.runs[0]) if same else 'differs'}")
        if not same:
            shown += [f"  before: {_ended(proof.runs[0])}", f"  after:  {_ended(proof.runs[1])}"]
    return "\n".join([*shown, *_verdict(proof, faults, paint)]) + "\n"


def _verdict(proof: _Proof, faults: list[str], paint: Paint) -> list[str]:
    grade = proof.performed.grade
    if faults:
        return [f"{paint('error', 'does not hold')}: {fault}." for fault in faults]
    anew = "" if proof.runs is None else " or built anew"
    promise = {
        "preserving": "the images are the same",
        "equivalent": f"all that the new image adds to its base is in the old one{anew}",
    }.get(grade, "both build")
    hint = "; --run also compares how they run" if proof.runs is None else ", and they run the same"
    return [f"{paint('added', 'holds')}: {promise}{hint}."]


def _largest(entries: Mapping[str, Entry]) -> list[tuple[str, Entry]]:
    return sorted(entries.items(), key=lambda item: (-item[1].size, item[0]))[:_NAMED]


def _shown(change: Change) -> str:
    if change.field == "Env":
        gone = [f"-{one}" for one in change.before if one not in change.after]
        return f"Env: {', '.join(gone + [f'+{one}' for one in change.after if one not in change.before]) or 'order'}"
    return f"{change.field}: {change.before} -> {change.after}"


def _ended(ran: Ran) -> str:
    status = f"still running after {RUN_SECONDS} seconds" if ran.status is None else f"exit status {ran.status}"
    said = " / ".join((ran.output + ran.errors).split("\n")[:_NAMED]).strip(" /")
    return f"{status}, printed {said[:200]!r}" if said else f"{status}, printed nothing"


def _size(number: int) -> str:
    """Bytes for people, in decimal units as Docker shows them."""
    for unit, worth in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= worth:
            return f"{number / worth:.1f} {unit}"
    return f"{number} B"


def _json(proof: _Proof, faults: list[str]) -> str:
    performed = proof.performed
    document: dict[str, Any] = {
        "version": VERSION,
        "refactoring": {
            "id": performed.refactoring.name,
            "title": performed.title,
            "grade": performed.grade,
            "assumptions": list(performed.assumptions),
        },
        "size": {"before": proof.before.size, "after": proof.after.size},
        "files": {
            word: {
                "count": len(entries),
                "size": sum(entry.size for entry in entries.values()),
                "largest": [{"path": path, "size": entry.size} for path, entry in _largest(entries)],
            }
            for word, entries in zip(_Files._fields, _files(proof), strict=True)
        },
        "configuration": [change._asdict() for change in proof.changes],
        "cache": None
        if proof.rebuilt.cached is None
        else {"steps": proof.rebuilt.steps, "cached": proof.rebuilt.cached},
        "run": None if proof.runs is None else {"before": proof.runs[0]._asdict(), "after": proof.runs[1]._asdict()},
        "faults": faults,
        "holds": not faults,
    }
    return as_json(document)
