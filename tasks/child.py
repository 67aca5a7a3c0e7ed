"""What runs in a child process: one node's function, on bytes that may be hostile.

`flows` owns the processes, their limits and their deaths; everything here is picklable.
"""

from typing import Any, Final

from tasks.node_type.definition import ChildContext, Inputs, Params
from tasks.registry import node_types

PRELOADED_MODULES: Final = ("tasks.child", "av")
"""What the process that forks the children imports once, so that no child has to."""

_NODE_TYPES: Final = node_types()
"""Loaded with this module, that is, once before the children are forked."""


def run_node(node_type_id: str, params: Params, inputs: Inputs, context: ChildContext) -> Any:
    """Run a node type's plain function; give what it returns: a value, or `Outputs`.

    Raises:
        NodeError: what the function says can go wrong.
    """
    return _NODE_TYPES[node_type_id].run(params, inputs, context)
