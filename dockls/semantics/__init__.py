"""What the file means: stages, references, variables, state. Immutable, and kept where an edit changed nothing.

The modules `execution`, `files`, `cache`, `compatibility` and `recipe` are loaded when one of their names is asked for.
"""

from dockls.semantics.contract import Command, Contract, contract
from dockls.semantics.cycles import (
    Step,
    always_refused,
    cycles,
    lifted_with,
    need_each_other,
    sorted_by_need,
    why_not_lifted,
)
from dockls.semantics.graph import Graph, Node, Reference, Resolution
from dockls.semantics.interface import GlobalArgument, Interface, Mention, mount_fields
from dockls.semantics.likeness import is_template, meant_stage, stage_in_other_case
from dockls.semantics.model import Model
from dockls.semantics.recipe import recipe
from dockls.semantics.stage import Stage, State, Variable, expanded, joined

__all__ = [
    "Command",
    "Contract",
    "GlobalArgument",
    "Graph",
    "Interface",
    "Mention",
    "Model",
    "Node",
    "Reference",
    "Resolution",
    "Stage",
    "State",
    "Step",
    "Variable",
    "always_refused",
    "contract",
    "cycles",
    "expanded",
    "is_template",
    "joined",
    "lifted_with",
    "meant_stage",
    "mount_fields",
    "need_each_other",
    "recipe",
    "sorted_by_need",
    "stage_in_other_case",
    "why_not_lifted",
]
