"""What names of build arguments and environment variables tell (`data/variables.json`)."""

from collections.abc import Mapping, Sequence

from .command_words import unwrap
from .tables import table


def is_build_only_variable(name: str) -> bool:
    """Whether a variable only steers tools of the build (`CGO_ENABLED`, `DEBIAN_FRONTEND`), of no use at run time."""
    data = table("variables")["build_only"]
    return name in data["names"] or name.startswith(tuple(data["prefixes"]))


def is_embedded_in_site(name: str) -> bool:
    """Whether bundlers compile a variable into the site they build (`VITE_API`), so that a web server needs it not."""
    data = table("variables")
    return name in data["embedded_names"] or name.startswith(tuple(data["embedded_prefixes"]))


def is_read_by_tools(name: str) -> bool:
    """Whether tools look a variable up by its name in their environment: those of the build, and `LANG`, `TZ`."""
    if is_build_only_variable(name) or is_embedded_in_site(name) or name in predefined_arguments():
        return True
    data = table("variables")["read_by_tools"]
    return name in data["names"] or name.startswith(tuple(data["prefixes"]))


def is_set_by_image(family: str, name: str) -> bool:
    """Whether images of a family set a variable (`NODE_VERSION` in `node`), as far as is known."""
    return name in table("variables")["set_by_images"].get(family, ())


def reads_own_variables_only(words: Sequence[str]) -> bool:
    """Whether a command reads no variables of its environment but those of its tool (`go build`, `git clone`)."""
    command = unwrap(words)
    return command is not None and any(
        command.program in entry["programs"] and command.words[:1] in [(word,) for word in entry["subcommands"]]
        for entry in table("variables")["own_variables_only"]
    )


def is_volatile_name(name: str, default: str | None = None) -> bool:
    """Whether a variable of this name has another value in each build (`GIT_COMMIT`, `BUILD_DATE`).

    `default` is the literal default of an ARG, None when it has none. A plain `VERSION` counts only when its default
    leaves it open (`dev`, empty, none); versions of tools such as `NODE_VERSION` never count.
    """
    data = table("variables")["volatile"]
    upper = name.upper()
    if upper in data["names"] or upper.startswith(tuple(data["prefixes"])) or upper.endswith(tuple(data["suffixes"])):
        return is_open_default(default) or not _is_pinned(default)
    return upper in data["when_open"] and is_open_default(default)


def is_open_default(default: str | None) -> bool:
    """Whether the default of an ARG leaves its value to the build (none, empty, `dev`, `unknown`)."""
    return default is None or default.strip("\"'").lower() in table("variables")["volatile"]["open_defaults"]


def _is_pinned(default: str | None) -> bool:
    """Whether a default is a full commit id or checksum: it pins a source and does not change from build to build."""
    text = (default or "").strip("\"'").lower()
    return len(text) >= 32 and not text.strip("0123456789abcdef")


def is_cache_buster(name: str) -> bool:
    """Whether a variable is there to break the cache on purpose (`CACHEBUST`)."""
    return name.upper() in table("variables")["volatile"]["cache_busters"]


def predefined_arguments() -> Mapping[str, str]:
    """The build arguments usable in RUN without an ARG (the proxies), each with a description."""
    arguments: Mapping[str, str] = table("variables")["predefined"]
    return arguments


def platform_arguments() -> Mapping[str, str]:
    """The platform arguments BuildKit sets in the global scope (`TARGETARCH`, ...), each with a description."""
    arguments: Mapping[str, str] = table("variables")["platform"]
    return arguments


def buildkit_arguments() -> Mapping[str, str]:
    """The build arguments that configure BuildKit itself, each with a description."""
    arguments: Mapping[str, str] = table("variables")["buildkit"]
    return arguments
