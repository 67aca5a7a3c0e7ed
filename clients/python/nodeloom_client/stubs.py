"""A Python module with one typed function for each published function, made from their OpenAPI document."""

import builtins
import keyword
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
_TYPES: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "object": "dict[str, _t.Any]",
    "null": "None",
}
_KINDS: Final = {"text": "str", "number": "float", "boolean": "bool"}
_FILES: Final = frozenset({"image", "video", "audio"})
_HEAD: Final = '''\
"""Functions of Nodeloom, as they were published: made by `nodeloom-client generate`, do not edit.

Each is called with a `Client`, or with an `AsyncClient` and `await`.
"""

import typing as _t

import nodeloom_client as _n
'''
_FUNCTION: Final = '''
@_t.overload
def {name}(client: _n.Client, /, **inputs: _t.Unpack[{inputs}]) -> {outputs}: ...
@_t.overload
def {name}(
    client: _n.AsyncClient, /, **inputs: _t.Unpack[{inputs}]
) -> _t.Coroutine[_t.Any, _t.Any, {outputs}]: ...
def {name}(client: _n.Client | _n.AsyncClient, /, **inputs: _t.Any) -> _t.Any:
    """{title}"""
    return client.values("{function}", inputs)
'''


def generate_stubs(document: Schema) -> str:
    """Give the text of a module; types first, so that no function is taken for one."""
    operations = [methods["post"] for methods in document["paths"].values()]
    types: list[str] = []
    functions: list[str] = []
    names: set[str] = set()
    for operation in sorted(operations, key=lambda each: str(each["operationId"])):
        function: str = operation["operationId"]
        given = operation["requestBody"]["content"]["application/json"]["schema"]
        result = operation["responses"]["200"]["content"]["application/json"]["schema"]
        base = _unused(function.title().replace("_", ""), names)
        types += [_inputs(f"{base}Inputs", given)]
        types += [_outputs(f"{base}Outputs", result["properties"]["outputs"])]
        functions += [
            _FUNCTION.format(
                name=_unused(_identifier(function), names),
                function=function,
                inputs=f"{base}Inputs",
                outputs=f"{base}Outputs",
                title=_docstring(operation["summary"]),
            )
        ]
    return "\n".join([_HEAD, *types, *functions])


def _unused(name: str, names: set[str]) -> str:
    while name in names:
        name += "_"
    names.add(name)
    return name


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def _docstring(title: str) -> str:
    """Give a title as a docstring may hold it, whatever it says."""
    plain = " ".join(title.split()).replace("\\", "\\\\").replace('"', "'")
    return f"Run the workflow “{plain}” and give its results."


def _typed_dict(name: str, fields: Iterable[str]) -> str:
    """Write a TypedDict as a call, as names of fields may be words of Python's own."""
    body = textwrap.indent("".join(f"{field},\n" for field in fields), "        ")
    return f'{name} = _t.TypedDict(\n    "{name}",\n    {{\n{body}    }},\n)'


def _inputs(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    return _typed_dict(
        name,
        (
            f'"{field}": _t.{"Required" if field in required else "NotRequired"}[{_input_type(each)}]'
            for field, each in schema["properties"].items()
        ),
    )


def _outputs(name: str, schema: Schema) -> str:
    fields = schema["properties"].items()
    return _typed_dict(name, (f'"{field}": {_output_type(each)}' for field, each in fields))


def _input_type(schema: Schema) -> str:
    if any("assetId" in each.get("properties", {}) for each in schema.get("anyOf", ())):
        return "_n.FileInput"
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        return f"_t.Literal[{', '.join(repr(value) for value in values)}]"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_input_type(each) for each in options))
    if schema.get("type") == "array":
        return f"list[{_input_type(schema.get('items', {}))}]"
    return _TYPES.get(str(schema.get("type")), "_t.Any")


def _output_type(schema: Schema) -> str:
    """Give the type of an output, which is a value of one kind or none."""
    value = next(each for each in schema["anyOf"] if each.get("type") != "null")
    properties = value["properties"]
    if properties["kind"]["const"] == "list":
        return f"list[{_kind_type(properties['of']['const'])}] | None"
    return f"{_kind_type(properties['kind']['const'])} | None"


def _kind_type(kind: str) -> str:
    return "_n.File" if kind in _FILES else _KINDS.get(kind, "_t.Any")
