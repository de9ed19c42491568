"""An image whose tag names a variant, but no version.

`nginx:alpine` is the newest nginx on the newest Alpine: with each release another program, and twice a year another
system. A build that worked fails one day, and nobody can say what an image of last month was built from. A tag with a
version keeps to it.

Told are tags of known images without any number or code name of a release (`alpine`, `slim`, `lts`, `stable`,
`mainline`). Nothing is said of digests, of distributions' own channels with a name (`debian:sid`, `alpine:edge`), and
where a variable chooses the tag. Of `latest`, and of no tag, `unpinned-base` tells.

```dockerfile
FROM nginx:alpine
     ^^^^^^^^^^^^ hint: the tag `alpine` names no version: it is another image with every release
COPY dist /usr/share/nginx/html
```

-> Pin `nginx:1.30-alpine`

```dockerfile
FROM nginx:1.30-alpine
COPY dist /usr/share/nginx/html
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Reference, Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction

#: parts of tags that stay what they are while their content changes
_FLOATING = frozenset((
    "alpine", "apache", "bookworm", "bullseye", "cli", "current", "fpm", "jammy", "jdk", "jre", "lts", "mainline",
    "noble", "perl", "slim", "stable", "trixie", "zts",
))  # fmt: skip
#: distributions, whose releases are named by such words
_DISTRIBUTIONS = ("debian", "ubuntu", "buildpack-deps")


@stage_rule(severity=Severity.HINT, theme="security", group="strict")
def floating_tag(stage: Stage) -> Iterator[Finding]:
    """Look at the tags of the images that the stage names."""
    for reference in (stage.base, *stage.references):
        if reference is not None and reference.resolution is Resolution.IMAGE and not reference.mention.has_variable:
            yield from _looked_at(reference)


def _looked_at(named: Reference) -> Iterator[Finding]:
    from dockls.knowledge import facts, parse_reference, pinned

    reference = parse_reference(named.value)
    if (
        reference is None
        or reference.digest is not None
        or not reference.tag
        or not _FLOATING.issuperset(reference.tag.split("-"))
    ):
        return
    known = facts(named.value)
    if known is None or (known.family in _DISTRIBUTIONS and known.release is not None):
        return
    exact = pinned(named.value)
    place = named.mention.place
    fixes: tuple[Fix, ...] = ()
    if exact is not None and exact.image is not None:
        fixes = (Fix(f"Pin `{exact.image}`", edits.replacing(place, exact.image), safe=False),)
    shown_at = on_first_line(place.item, place.span) if isinstance(place.item, Instruction) else place
    message = f"the tag `{reference.tag}` names no version: it is another image with every release"
    yield Finding(shown_at, message, fixes=fixes)
