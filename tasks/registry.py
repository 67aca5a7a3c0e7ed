"""The catalogue of node types: every module of `tasks.nodes`, and of its folders, defines one."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType

from schemas.graph import VOLATILE_DATA
from schemas.node_type import OUTPUT_HANDLE, NodeTypeSpec
from tasks import nodes
from tasks.node_type.definition import NodeData, NodeType
from tasks.node_type.ports import input_ports


@cache
def node_types() -> Mapping[str, NodeType]:
    """Give all node types by id, in the order of their ids.

    Raises:
        RuntimeError: a module does not define exactly one node type named like its file,
            or the node type's ports clash.
    """
    found = pkgutil.walk_packages(nodes.__path__, prefix=f"{nodes.__name__}.")
    modules = sorted(
        (module.name.rpartition(".")[2], module.name) for module in found if not module.ispkg
    )
    return MappingProxyType({name: _load(name, module) for name, module in modules})


@cache
def spec(node_type: NodeType) -> NodeTypeSpec:
    """Give what the catalogue says about a node type."""
    return NodeTypeSpec(
        id=node_type.id,
        version=node_type.version,
        title=node_type.title,
        description=node_type.description,
        category=node_type.category,
        params=node_type.params.model_json_schema(by_alias=True),
        inputs=input_ports(node_type),
        outputs=node_type.outputs,
        output=node_type.output,
        effects=node_type.effects,
        defaults=node_type.defaults,
        example=node_type.example,
        icon=node_type.icon,
    )


def catalogue() -> list[NodeTypeSpec]:
    """Give every entry of the catalogue, in the order of their ids."""
    return [spec(node_type) for node_type in node_types().values()]


def _load(name: str, module: str) -> NodeType:
    node_type = single_node_type(importlib.import_module(module), name)
    handles = [port.handle for port in input_ports(node_type)]
    reserved = VOLATILE_DATA | {OUTPUT_HANDLE, *NodeData.model_fields}
    if len(set(handles)) < len(handles) or reserved.intersection(handles):
        raise RuntimeError(f"The ports of node type {name} clash: {', '.join(handles)}.")
    return node_type


def single_node_type(module: ModuleType, name: str) -> NodeType:
    """Give the one node type that a module defines.

    Raises:
        RuntimeError: it defines none, several, or one that is not called `name`.
    """
    found = [each for each in vars(module).values() if isinstance(each, NodeType)]
    if [node_type.id for node_type in found] != [name]:
        ids = ", ".join(node_type.id for node_type in found) or "none"
        raise RuntimeError(
            f"{module.__name__} must define exactly one node type, called {name}; it defines {ids}."
        )
    return found[0]
