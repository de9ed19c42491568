"""A base image that is not for the platform that is built for.

The build then stops (“no match for platform in manifest”), or, of an image for one platform only, takes that one: its
programs fail with “exec format error”, or run under emulation, slowly.

Only a registry knows which platforms an image is for, so the rule is silent unless the settings name one:
`registries = ["docker.io"]`. What is built for is said by `--platform` in FROM, else by `platforms` in the settings,
else it is the platform of this machine, as with `docker build`.

```platforms
mysql:5.7 = linux/amd64
alpine:3.24 = linux/amd64 linux/arm64
```

```dockerfile
FROM --platform=linux/arm64 mysql:5.7
                            ^^^^^^^^^ warning: `mysql:5.7` is for linux/amd64 only, but this stage is for linux/arm64
FROM --platform=linux/arm64 alpine:3.24
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.first_line import on_first_line

_MOST_SHOWN = 3
#: what machines call themselves, as containerd/platforms (database.go, ``normalizeArch``) translates it
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i386": "386", "i686": "386"}


@file_rule(severity=Severity.WARNING, theme="compatibility", aliases=("InvalidBaseImagePlatform",))
def invalid_base_image_platform(model: Model) -> Iterator[Finding]:
    """Compare the platforms of each base image with those that its stage is built for."""
    known = model.surroundings.image_platforms
    for stage in model.stages if known else ():
        offered = known.get(stage.base_image or "") if stage.parent is None else None
        if not offered or not stage.declaration.words:
            continue
        there = {_pair(platform) for platform in offered}
        wanted = stage.platforms if stage.platforms is not None else (machine_platform(),)
        missing = [one for one in wanted if _pair(one) not in there]
        if missing:
            shown = ", ".join(offered[:_MOST_SHOWN]) + (" and others" if len(offered) > _MOST_SHOWN else " only")
            message = f"`{stage.base_image}` is for {shown}, but this stage is for {missing[0]}"
            yield Finding(on_first_line(stage.declaration, stage.declaration.words[0].span), message)


def machine_platform() -> str:
    """The platform that a build on this machine is for by default."""
    import platform

    machine = platform.machine().lower()
    return f"linux/{_ARCHITECTURES.get(machine, machine)}"


def _pair(platform: str) -> tuple[str, ...]:
    """Operating system and architecture, which is what BuildKit compares."""
    return tuple(platform.lower().split("/")[:2])
