"""``dockls graph``: how the stages of a file depend on each other."""

import sys
from argparse import Namespace
from typing import Any

from dockls.cli.documents import VERSION, as_json
from dockls.cli.opening import UnreadableError, complain, open_configured
from dockls.cli.paint import Paint
from dockls.cli.report import range_of
from dockls.semantics import Model, Node, Reference, Resolution

_STAGES = (Resolution.STAGE, Resolution.FORWARD, Resolution.SELF)


def run(options: Namespace) -> int:
    """Print the graph; gives the exit status."""
    try:
        opened = open_configured(options.file, options.context)
    except UnreadableError as error:
        complain(str(error))
        return 2
    formats = {"text": _text, "mermaid": _mermaid, "dot": _dot, "json": _json}
    sys.stdout.write(formats[options.format](opened.model))
    return 0


def _label(node: Node) -> str:
    return node.interface.written_name or f"stage {node.number}"


def _base(node: Node) -> str:
    return "?" if node.base is None else node.base.value


def _needed(model: Model) -> frozenset[int]:
    return model.graph.reachable(len(model.graph.nodes) - 1) if model.graph.nodes else frozenset()


def _line(model: Model, node: Node) -> int:
    start = model.start_of(node.interface.declaration)
    return model.tree.line_index.position(start).line + 1


def _text(model: Model) -> str:
    paint = Paint()
    needed = _needed(model)
    shown: list[str] = []
    for node in model.graph.nodes:
        is_target = node.number == len(model.graph.nodes) - 1
        note = " (built by default)" if is_target else "" if node.number in needed else " (not built by default)"
        head = f"{node.number}  {paint('bold', _label(node))}  FROM {_base(node)}"
        shown.append(f"{head}  {paint('faint', f'line {_line(model, node)}{note}')}")
        shown += [
            f"   {_arrow(model, reference)}"
            for reference in node.outgoing
            if reference is not node.base or reference.resolution in _STAGES
        ]
    return "".join([f"{line}\n" for line in shown]) or "no stages\n"


def _arrow(model: Model, reference: Reference) -> str:
    kind = {"from": "starts from", "copy": "copies from", "mount": "mounts"}[reference.mention.kind]
    if reference.mention.onbuild:
        kind = f"{kind} (for stages built on it)"
    if reference.target is None:
        return f"{kind} {reference.resolution.value} {reference.value}"
    suffix = {Resolution.FORWARD: " (declared later)", Resolution.SELF: " (itself)"}.get(reference.resolution, "")
    return f"{kind} {_label(model.graph.nodes[reference.target])}{suffix}"


def _mermaid(model: Model) -> str:
    lines = ["flowchart LR"]
    for node in model.graph.nodes:
        label = f"{_label(node)}<br/><small>{_base(node)}</small>".replace('"', "&quot;")
        lines.append(f'  s{node.number}["{label}"]')
    images: dict[str, str] = {}
    for node in model.graph.nodes:
        for reference in node.outgoing:
            arrow = {"from": "==>", "copy": "-->", "mount": "-.->"}[reference.mention.kind]
            if reference.target is not None and reference.resolution in _STAGES:
                lines.append(f"  s{reference.target} {arrow} s{node.number}")
            elif reference is not node.base:
                name = images.setdefault(reference.value, f"i{len(images)}")
                lines.append(f'  {name}(["{reference.value}"]) {arrow} s{node.number}'.replace("&", "&amp;"))
    if model.graph.nodes:
        lines.append(f"  style s{len(model.graph.nodes) - 1} stroke-width:3px")
    return "\n".join(lines) + "\n"


def _dot(model: Model) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = ["digraph stages {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  s{node.number} [label={quoted(f'{_label(node)} ({_base(node)})')}];" for node in model.graph.nodes]
    for node in model.graph.nodes:
        for reference in node.outgoing:
            style = {"from": "bold", "copy": "solid", "mount": "dashed"}[reference.mention.kind]
            if reference.target is not None and reference.resolution in _STAGES:
                lines.append(f"  s{reference.target} -> s{node.number} [style={style}];")
            elif reference is not node.base:
                lines.append(f"  {quoted(reference.value)} -> s{node.number} [style={style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _json(model: Model) -> str:
    needed = _needed(model)
    stages: list[dict[str, Any]] = [
        {
            "index": node.number,
            "name": node.name,
            "base": _base(node),
            "line": _line(model, node),
            "needed": node.number in needed,
            "references": [_reference(model, reference) for reference in node.outgoing],
        }
        for node in model.graph.nodes
    ]
    return as_json({"version": VERSION, "stages": stages})


def _reference(model: Model, reference: Reference) -> dict[str, Any]:
    return {
        "kind": reference.mention.kind,
        "text": reference.mention.text,
        "resolution": reference.resolution.value,
        "stage": reference.target,
        "onbuild": reference.mention.onbuild,
        "range": range_of(model, model.absolute(reference.mention.place)),
    }
