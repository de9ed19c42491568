"""A comment above FROM that names another tag than FROM does.

Somebody has bumped the image and left the comment, or copied the lines from elsewhere. Whoever reads the file believes
the comment.

Told are comments directly above a FROM, and those directly below it, in which an image of the same name has another
tag, or a distroless image another name. Nothing is said of a comment that speaks of more than what is there: one that
names several images or the one that the file makes, that gives a reason, that remembers or plans something, or that is
an instruction commented out.

```dockerfile
# Build on golang:1.22
           ^^^^^^^^^^^ hint: the comment names `golang:1.22`, but the image is `golang:1.25`
FROM golang:1.25
RUN go build -o /server .
```

->

```dockerfile
# Build on golang:1.25
FROM golang:1.25
RUN go build -o /server .
```
"""

import re
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.syntax import Comment, Item, Place
from dockls.text import Span

#: an image with a tag, or a distroless image by the last part of its name
_NAMED = re.compile(r"[\w.-]+:[\w][\w.-]*|\b[a-z0-9]+-debian\d+\b")
#: words of comments that do not just say what stands below
_OTHERWISE = frozenset(
    ("instead", "not", "no", "never", "than", "was", "were", "from", "because", "since", "until", "before", "after",
     "old", "older", "new", "newer", "previous", "previously", "formerly", "upgrade", "upgraded", "update", "updated",
     "migrate", "switch", "switched", "move", "moved", "change", "changed", "replace", "replaced", "replaces", "todo",
     "fixme", "note", "see", "if", "unless", "when", "cannot", "can't", "don't", "doesn't", "issue", "bug", "broken",
     "like", "same", "similar", "based", "compatible", "equivalent", "alternative", "alternatively", "or", "vs", "but",
     "deprecated", "latest", "could", "should", "would", "may", "might", "future", "later", "once", "docker", "run",
     "for", "dockerfile", "generated", "tag", "tags", "tagged", "push", "pull", "published", "create", "creates")
)  # fmt: skip
_MOST_WORDS, _LONGEST = 12, 300


@file_rule(severity=Severity.HINT, theme="style", group="style")
def comment_names_other_image(model: Model) -> Iterator[Finding]:
    """Compare the images that comments around a FROM name with the one that it names itself."""
    above: tuple[Item, ...] = model.tree.sections[0].items
    for stage in model.stages:
        told = _remembered(stage, above)
        if told is not None:
            comment, span, named, image = told
            place = Place(comment, span)
            fix = Fix(f"Name `{image}`", edits.replacing(place, image), safe=False)
            yield Finding(place, f"the comment names `{named}`, but the image is `{image}`", fixes=(fix,))
        above = stage.section.items


#: a comment, where in it which image is named, and that of FROM
_Told = tuple[Comment, Span, str, str]


def _remembered(stage: Stage, above: tuple[Item, ...]) -> _Told | None:
    """What is told of a stage; looked for again only if what stands above has changed."""
    found: tuple[tuple[Item, ...], _Told | None] | None = stage.memo.get(comment_names_other_image)
    if found is None or found[0] is not above:
        found = stage.memo[comment_names_other_image] = (above, _told(stage, above))
    return found[1]


def _told(stage: Stage, above: tuple[Item, ...]) -> _Told | None:
    words = stage.declaration.words
    image = words[0].text if words else ""
    if stage.parent is not None or "$" in image or "@" in image:
        return None
    name = image.rpartition("/")[2]
    for comment in (*_last_comments(above), *_first_comments(stage.section.items)):
        found = list(_NAMED.finditer(comment.text[:_LONGEST]))
        said = {word.strip(".,;:!()").lower() for word in comment.content.split()}
        if len(found) != 1 or said & _OTHERWISE or len(said) > _MOST_WORDS or _is_code(comment):
            continue
        named = found[0].group().rstrip(".-")
        if _is_other(named, name):
            return comment, Span(found[0].start(), found[0].start() + len(named)), named, name
    return None


def _last_comments(items: tuple[Item, ...]) -> list[Comment]:
    """The comments that stand directly above what follows."""
    found: list[Comment] = []
    for item in reversed(items):
        if not isinstance(item, Comment):
            break
        found.append(item)
    return found


def _first_comments(items: tuple[Item, ...]) -> list[Comment]:
    """The comments directly below FROM."""
    found: list[Comment] = []
    for item in items[1:]:
        if not isinstance(item, Comment):
            break
        found.append(item)
    # What nothing follows without a blank line, or another stage, is no comment on the FROM above.
    return found if len(found) + 1 < len(items) else []


def _is_code(comment: Comment) -> bool:
    """Whether an instruction is commented out."""
    first = comment.content.partition(" ")[0]
    return first.isupper() and first.isalpha() and len(first) > 1


def _is_other(named: str, name: str) -> bool:
    """Whether a comment's name is that of another variant than the image."""
    repository, colon, tag = named.partition(":")
    own, own_colon, own_tag = name.partition(":")
    if not colon:
        return "-debian" in own and named != own
    if repository != own or not own_colon or tag == own_tag:
        return False
    # A comment may say less than the tag, or more: the version alone, or a patch of it.
    shorter, longer = sorted((tag, own_tag), key=len)
    return not (longer.startswith(shorter) and longer[len(shorter)] in ".-")
