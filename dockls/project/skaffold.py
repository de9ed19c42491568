"""``skaffold.yaml``: the artifacts it builds. Source: https://skaffold.dev/docs/references/yaml/."""

import posixpath
from collections.abc import Iterator

from dockls.project import yaml_tree
from dockls.project.targets import Build, dockerfile_in, local


def builds(text: str, path: str) -> Iterator[Build]:
    """The artifacts of a Skaffold file at the absolute `path`, those of its profiles too."""
    folder = posixpath.dirname(path)
    for document in yaml_tree.documents(text):
        for node in yaml_tree.walk(document):
            entries = yaml_tree.mapping(node)
            if "image" not in entries or not ({"docker", "kaniko"} & set(entries)):
                continue
            builder = yaml_tree.mapping(entries.get("docker") or entries.get("kaniko"))
            root = local(folder, yaml_tree.scalar(entries.get("context")) or ".")
            target = yaml_tree.literal(builder.get("target"), text)
            yield Build(
                path,
                "skaffold",
                yaml_tree.scalar(entries["image"]) or "",
                dockerfile_in(root, yaml_tree.scalar(builder.get("dockerfile"))),
                root,
                (target,) if target and "{{" not in target.value else (),
                (),
                yaml_tree.string_mapping(builder.get("buildArgs")),
            )
