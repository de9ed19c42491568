"""What a build context need not hold (`data/dockerignore.json`)."""

from collections.abc import Callable, Collection

from .tables import table


def ignore_patterns(has: Callable[[str], bool], tools: Collection[str]) -> tuple[str, ...]:
    """The lines of a `.dockerignore` for a project; `has` tells whether its top folder has a file of that pattern.

    `tools` are the ecosystems whose installs or builds the image runs itself: what they leave behind on the host is not
    needed there.
    """
    data = table("dockerignore")
    found: list[str] = list(data["common"])
    for ecosystem in data["ecosystems"]:
        runs = "tools" not in ecosystem or set(ecosystem["tools"]) & set(tools)
        if runs and any(has(manifest) for manifest in ecosystem["manifests"]):
            found += ecosystem["patterns"]
    return tuple(dict.fromkeys(found))
