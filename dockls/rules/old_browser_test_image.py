"""An image for tests in a browser, of an older major version of its tool.

Its browsers are about as old as the tool: what passes there says little about those that people use. A new major
version of these tools brings newer browsers and Node.js with it.

The images `cypress/included` and `ghcr.io/puppeteer/puppeteer` are known, whose tags are the versions of the packages
in npm's registry, by a table with a date of its own. The rule has to be asked for, because the tests of the project
must be brought to the new version as well. Nothing is said of digests, of tags without a version, and where a variable
chooses the tag.

```dockerfile
FROM node:24 AS build
COPY . /app

FROM cypress/included:12.8.1
     ^^^^^^^^^^^^^^^^^^^^^^^ hint: this is Cypress 12, with the browsers of its time; there is Cypress 15
COPY --from=build /app /e2e
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.first_line import on_first_line


@stage_rule(severity=Severity.HINT, theme="security", group="strict")
def old_browser_test_image(stage: Stage) -> Iterator[Finding]:
    """Look up the image of FROM."""
    base = stage.base
    if base is None or base.resolution is not Resolution.IMAGE or base.mention.has_variable:
        return
    from dockls.knowledge import browser_test_image

    found = browser_test_image(base.value)
    if found is not None and found.major < found.newest:
        program = found.program
        message = f"this is {program} {found.major}, with the browsers of its time; there is {program} {found.newest}"
        yield Finding(on_first_line(stage.declaration, stage.declaration.words[0].span), message)
