"""A comment above FROM or ARG that does not describe it.

`docker build --call=outline` and `--call=targets` list stages and arguments with the comment directly above them, if it
begins with their name: `# base is what all stages start from`. Another comment is left out of the list.

Only files that ask for it are looked at, as the check is an experimental one of BuildKit,
`InvalidDefinitionDescription` (docs.docker.com/reference/build-checks/invalid-definition-description). A blank line
between the comment and the instruction shows that it is no description.

```dockerfile
# check=experimental=InvalidDefinitionDescription

# the base of everything
FROM alpine:3.24 AS base
^^^^ info: the comment above is shown as the description of `base` only if it begins with `base`
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.check_directive import ALL, check_options
from dockls.syntax import Comment, Instruction, Place, Section

_CHECK = "InvalidDefinitionDescription"


@file_rule(severity=Severity.INFORMATION, theme="style", aliases=(_CHECK,))
def definition_description(model: Model) -> Iterator[Finding]:
    """Look at the comments above FROM and ARG, where the file asks for it."""
    if not check_options(model.tree).experimental & {_CHECK.lower(), ALL}:
        return
    above = ""
    for section in model.tree.sections:
        for instruction, comment in _described(section, above):
            names = _names(instruction)
            if comment and names and not comment.startswith(tuple(f"{name} " for name in names)):
                shown = " or ".join(f"`{name}`" for name in names)
                message = f"the comment above is shown as the description of {shown} only if it begins with {shown}"
                yield Finding(Place(instruction, instruction.keyword_span), message)
        above = _last_comment(section)


def _described(section: Section, above: str) -> Iterator[tuple[Instruction, str]]:
    """Each FROM and ARG with the last comment line directly above it, `''` if there is none."""
    comment = above
    for item in section.items:
        if isinstance(item, Instruction) and item.keyword in ("FROM", "ARG"):
            yield item, comment
        comment = item.content if isinstance(item, Comment) else ""


def _last_comment(section: Section) -> str:
    last = section.items[-1] if section.items else None
    return last.content if isinstance(last, Comment) else ""


def _names(instruction: Instruction) -> tuple[str, ...]:
    if instruction.keyword == "ARG":
        return tuple([pair.name for pair in instruction.pairs])
    words = instruction.words
    return (words[2].value.lower(),) if len(words) > 2 and words[1].value.upper() == "AS" else ()
