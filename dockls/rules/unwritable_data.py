"""A Django project whose data would go to a folder that its user cannot write.

By default Django keeps its database, SQLite, beside `manage.py`, and uploads go to a folder there. What COPY brings,
and a WORKDIR above USER makes, belongs to root: as soon as something is written, the program ends with “attempt to
write a readonly database” or “PermissionError”, often days after it was started. `COPY --chown`, or a folder of its own
that the user owns, mends it; read-only sources are good as long as nothing is to be written there.

Told is the stage that is built by default. Where the build context has the settings, they tell whether anything is
written; where they are not known, nothing is said if the file or the requirements speak of another database. Nothing is
said where anything gives files away, or where a volume takes the data.

```dockerfile
FROM python:3.14-slim
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt && useradd app
USER app
     ^^^ hint: `/app` belongs to root: Django can keep neither a SQLite database nor uploads there as `app`
CMD ["gunicorn", "shop.wsgi:application"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction

_ROOT = ("root", "0", "")
#: words that tell that files get another owner, or that data go elsewhere
_GIVING = ("chown", "chmod", "chgrp", "setfacl", "fix-permissions", "install -o", "install -d", "--chown", "--chmod")
_DATABASES = ("psycopg", "mysqlclient", "DATABASE_URL", "POSTGRES", "postgres", "MYSQL", "mysql", "mariadb", "DB_HOST",
              "libpq", "oracle", "SQL_HOST", "DATABASE_HOST")  # fmt: skip

#: what tells in settings that SQLite is there for development only
_OTHERS = ("backends.postgresql", "backends.mysql", "backends.oracle", "dj_database_url", "env.db(")


@file_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def unwritable_data(model: Model) -> Iterator[Finding]:
    """Compare the folder of the project with the user who runs it."""
    stage = model.target
    user = "" if stage is None else (stage.final_state.user or "").partition(":")[0]
    if stage is None or user in _ROOT or "$" in user or stage.fired:
        return
    changing = _user_instruction(stage)
    folder = stage.final_state.workdir
    if changing is None or folder in (None, "/") or folder is None:
        return
    from dockls.ecosystems.django import starts_django

    if not starts_django(stage) or not _belongs_to_root(model.stages, stage, folder):
        return
    data = _data(stage)
    if data:
        message = f"`{folder}` belongs to root: Django can keep {data} there as `{user}`"
        yield Finding(on_first_line(changing, changing.words[0].span), message)


def _user_instruction(stage: Stage) -> Instruction | None:
    """The last USER of the stage; None where a stage below, or the image, has set the user."""
    users = [one for one in stage.instructions if one.keyword == "USER" and one.words]
    return users[-1] if users else None


def _belongs_to_root(stages: tuple[Stage, ...], stage: Stage, folder: str) -> bool:
    """Whether root made the folder of the project and brought what is in it, and nothing gives anything away."""
    if any(_gives_away(each) for each in stage.chain):
        return False
    copies = [(each, copy) for each in stage.chain for copy in copies_of(each) if copy.destination == folder]
    if not copies or not all(_is_of_root(stages, copy) for _, copy in copies):
        return False
    for each in reversed(stage.chain):
        for instruction in each.instructions:
            made = instruction.keyword == "WORKDIR" and each.state_after(instruction).workdir == folder
            if made or any(copy.instruction is instruction for _, copy in copies):
                # The first of them makes the folder, as the user in force.
                return (each.state_before(instruction).user or "").partition(":")[0] in ("root", "0")
    return False


def _is_of_root(stages: tuple[Stage, ...], copy: Copy) -> bool:
    """Whether what a COPY brings belongs to root: it comes from the context, or from a stage of root's."""
    if copy.stage is None:
        return not copy.from_image
    chain = stages[copy.stage].chain
    users = [one for each in chain for one in each.instructions if one.keyword == "USER"]
    return not users and not any(_gives_away(each) for each in chain) and chain[-1].states[0].user in ("root", "0")


def _gives_away(stage: Stage) -> bool:
    if any(one.keyword == "VOLUME" for one in stage.instructions):
        return True
    return any(word in one.text for one in stage.instructions for word in _GIVING)


def _data(stage: Stage) -> str:
    """What Django wants to write, by its settings or by default; empty where it is nothing."""
    from dockls.ecosystems.django import settings_files

    texts = [stage.context.read(path) or "" for path in settings_files(stage)]
    if not any(text.strip() for text in texts):
        spoken = [one.text for each in stage.chain for one in each.instructions]
        spoken += [stage.context.read(name) or "" for name in ("requirements.txt", "pyproject.toml", "Pipfile")]
        mentioned = any(word in text for text in spoken for word in _DATABASES)
        return "" if mentioned else "neither a SQLite database nor uploads"
    is_kept = any("backends.sqlite3" in text and not _has_other(text) for text in texts)
    uploads = any(_has_uploads(text) for text in texts)
    if is_kept and uploads:
        return "neither its SQLite database nor uploads"
    return "no SQLite database" if is_kept else "no uploads" if uploads else ""


def _has_other(text: str) -> bool:
    lines = [line for line in text.splitlines() if "ENGINE" in line or "DATABASE" in line]
    return any(word in text for word in _OTHERS) or any("env" in line or "config(" in line for line in lines)


def _has_uploads(text: str) -> bool:
    """Whether uploads go to a folder of the project: MEDIA_ROOT, and no storage of another kind."""
    lines = [line for line in text.splitlines() if line.startswith("MEDIA_ROOT")]
    inside = any("BASE_DIR" in line or not posixpath.isabs(_value(line)) for line in lines)
    return inside and "storages.backends" not in text and "DEFAULT_FILE_STORAGE" not in text


def _value(line: str) -> str:
    return line.partition("=")[2].strip().strip("\"'")
