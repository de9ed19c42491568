"""Adds a HEALTHCHECK that asks the program over the port that it listens to.

Docker and Compose then know whether the program answers, not only whether it runs. What asks is there already: Node or
Python in their images, BusyBox's `wget` on Alpine; nothing is installed for it. It asks for `/`, which is told as an
assumption; the setting `path` asks for another one.

It is refused where none of these is in the image. Kubernetes has probes of its own and does not read it.

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .
EXPOSE 3000<|>
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .
EXPOSE 3000
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:3000/').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
```
"""  # noqa: E501 - the example is one instruction

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.text import Span

_NODE = '["node", "-e", "fetch(\'{url}\').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]'  # fmt: skip
_PYTHON = '["python", "-c", "import urllib.request; urllib.request.urlopen(\'{url}\')"]'
_WGET = '["wget", "-q", "--spider", "{url}"]'


@refactoring(title="Add a health check", kind="refactor.rewrite.command", grade="changing", settings=("path",))
def add_healthcheck(model: Model, selection: Span, path: str = "/") -> Plan | Refused | None:
    """Offered on the EXPOSE of the last stage where it exposes one port of TCP and has no health check."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or stage is not model.target or instruction is None or instruction.keyword != "EXPOSE":
        return None
    promised = contract(stage)
    ports = [port for port in promised.ports if not port.endswith("/udp")]
    if promised.healthcheck is not None or len(ports) != 1 or not ports[0].partition("/")[0].isdigit():
        return None
    command = _command(stage, f"http://127.0.0.1:{ports[0].partition('/')[0]}/{path.lstrip('/')}")
    if command is None:
        return Refused("the image is not known to have Node, Python or BusyBox's wget to ask with")
    line = f"{edits.keyword(model, 'HEALTHCHECK')} CMD {command}"
    sentences = (f"the program answers `/{path.lstrip('/')}` over HTTP when it is well",)
    return Plan((edits.insert_after(model, instruction, [line]),), sentences, changes=frozenset(("healthcheck",)))


def _command(stage: Stage, url: str) -> str | None:
    known = base_facts(stage)
    if known is None or known.shell is None:
        return None
    if known.family == "node":
        major = (known.version or "").partition(".")[0]
        return _NODE.format(url=url) if not major.isdigit() or int(major) >= 18 else None
    if known.family == "python":
        return _PYTHON.format(url=url)
    return _WGET.format(url=url) if known.distribution == "alpine" else None
