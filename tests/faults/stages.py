"""Faults of stages and of their names."""

from dockls.semantics import Model
from dockls.syntax import Place
from faults.sample import Injection, Sample
from faults.weaving import both, one_of, woven


def renamed(text: str, number: int, name: str) -> str | None:
    """The text with another name for a stage, or with its first one; None where it is mentioned by its number."""
    model = Model.of(text)
    stage = model.stages[number]
    uses = [one for one in model.references if one.target == number]
    place = stage.declaration.words[-1]
    if not stage.declaration.words or any(one.by_index for one in uses) or "\n" in stage.declaration.text[:-1]:
        return None
    end = model.start_of(stage.declaration) + place.span.end
    named = len(stage.declaration.words) > 1
    changes = [(*model.absolute(one.mention.place), name) for one in uses]
    changes.append((end - len(place.text) if named else end, end, name if named else f" AS {name}"))
    for start, stop, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def last_renamed(text: str, name: str) -> str | None:
    """The text whose last stage has that name."""
    stages = Model.of(text).stages
    if not stages or name in text or stages[-1].base is None:
        return None
    return renamed(text, len(stages) - 1, name)


def with_stage_called_like_image(text: str) -> Sample | None:
    """A builder called like the image of the last stage, which is meant to be the newest one."""
    model = Model.of(text)
    last = model.stages[-1] if len(model.stages) > 1 else None
    names = ("alpine", "debian", "ubuntu", "busybox", "nginx")
    name = names[len(text) % len(names)]
    if last is None or last.base is None or last.base.target is not None or name in text or "$" in text:
        return None
    used = next((one.target for one in last.references if one.target is not None), None)
    changed = None if used is None or model.stages[used].base_image is None else renamed(text, used, name)
    if changed is None:
        return None
    model = Model.of(changed)
    start, end = model.absolute(Place(model.stages[-1].declaration, model.stages[-1].declaration.words[0].span))
    return both(f"{changed[:start]}{name}«:latest|»{changed[end:]}")


HELPERS = (("Production", "debug"), ("final", "test"), ("web-prod", "web-dev"), ("release", "e2e"), ("runtime", "lint"))


def with_helper_behind(text: str) -> Sample | None:
    """A stage for debugging or tests behind the file's own last stage."""
    final, helper = HELPERS[len(text) % len(HELPERS)]
    form = f"""
...
FROM {final} AS {helper}
CMD ["sleep", "infinity"]
«
FROM {final}
|»"""
    changed = last_renamed(text, final)
    return None if changed is None or helper in text else woven(form)(changed)


def with_stage_by_argument(text: str) -> Sample | None:
    """The file's own last stage, chosen among two by an argument whose default names none."""
    final, helper, default = (
        ("runtime-prod", "runtime-dev", "production"),
        ("app_release", "app_debug", "released"),
        ("linux-image", "test-image", "linuxes"),
    )[len(text) % 3]
    value = final.replace("runtime-", "").replace("app_", "").replace("-image", "")
    form = f"""
ARG FLAVOUR=«{value}|{default}»
...
FROM {final} AS {helper}
ENV DEBUG=1

FROM {final.replace(value, "${FLAVOUR}")}
CMD ["serve"]
"""
    changed = last_renamed(text, final)
    return None if changed is None or helper in text or "FLAVOUR" in text else woven(form)(changed)


INJECTIONS: dict[str, Injection] = {
    "image-shadowing-stage": with_stage_called_like_image,
    "production-stage-not-last": with_helper_behind,
    "unresolved-stage-argument": with_stage_by_argument,
    "variable-in-from-flag": one_of(
        woven(
            """
ARG TOOLS=acme/tools:3
«FROM ${TOOLS} AS tools
|»...
COPY --from=«tools|${TOOLS}» /bin/tool /usr/local/bin/
"""
        ),
        woven(
            """
ARG UV_IMAGE=ghcr.io/astral-sh/uv:0.9
«FROM $UV_IMAGE AS uv
|»...
RUN --mount=type=bind,from=«uv|$UV_IMAGE»,source=/uv,target=/usr/local/bin/uv \\
    uv sync --locked
COPY --link --from=«uv|$UV_IMAGE» /uvx /usr/local/bin/
"""
        ),
        woven(
            """
ARG REGISTRY=docker.io
ARG VERSION=1.37
«FROM ${REGISTRY}/library/busybox:${VERSION} AS busybox
|»FROM alpine AS first
ARG VERSION
COPY --from=«busybox|${REGISTRY}/library/busybox:${VERSION}» /bin/busybox /busybox
...
"""
        ),
    ),
}
