"""Every error code has its page, and none is left over."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.http.errors import status_of
from schemas.codes import CODES
from schemas.errors import AppError
from schemas.problem import ProblemCode

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "assets", "cli", "db", "flows", "local", "schemas", "tasks", "telemetry")
LIKE_A_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")


@cache
def sources() -> list[ast.Module]:
    return [
        ast.parse(path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.parent != ROOT / "schemas" / "codes"
    ]


def nodes(kind: Any) -> Iterator[Any]:
    return (node for tree in sources() for node in ast.walk(tree) if isinstance(node, kind))


def places_of_code() -> dict[str, int]:
    """Functions that take a parameter `code`, with its place; classes by their `__init__`."""
    found: dict[str, int] = {"RunError": -1}
    for function in nodes(ast.FunctionDef):
        names = [arg.arg for arg in function.args.args]
        if "code" in names and function.name != "__init__":
            found[function.name] = names.index("code")
    waiting = [AppError]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        found[cls.__name__] = 2 if cls.__name__ == "InvalidGraphError" else 0
    return found


def raised() -> set[str]:
    places = places_of_code()
    found: set[str] = set()
    for call in nodes(ast.Call):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name == "__init__" or name in places:
            place = places.get(name, 0)
            given = call.args[place : place + 1] if place >= 0 else []
            given += [keyword.value for keyword in call.keywords if keyword.arg == "code"]
            found |= {str(value.value) for value in given if isinstance(value, ast.Constant)}
    return {code for code in found if LIKE_A_CODE.fullmatch(code)}


def test_the_search_finds_codes_however_they_are_raised():
    known = raised()
    assert len(known) > 90
    assert {
        "workflow_not_found",  # an error class
        "rate_limited",  # a function that makes one
        "range_not_satisfiable",  # super().__init__
        "executor_lost",  # a RunError
        "stale_revision",  # several lines
    } <= known


def test_every_code_that_is_raised_has_a_page():
    missing = sorted(raised() - CODES.keys())
    assert not missing, f"describe these in schemas/codes, then run `make docs`: {missing}"


def test_every_problem_of_a_graph_has_a_page():
    assert {str(code) for code in ProblemCode} <= CODES.keys()


def test_every_page_is_about_a_code_that_is_used():
    words = {node.value for node in nodes(ast.Constant) if isinstance(node.value, str)}
    unused = sorted(CODES.keys() - words)
    assert not unused, f"nothing uses these: remove them from schemas/codes: {unused}"


@pytest.mark.parametrize("id", CODES)
def test_a_page_says_what_to_do(id: str):
    code = CODES[id]
    for sentence in (code.meaning, code.cause, code.action):
        assert sentence == sentence.strip()
        assert sentence.endswith(".")
        assert "  " not in sentence


def test_the_status_of_a_code_is_that_of_its_page():
    assert status_of(AppError("stale_revision", "")) == 409
    assert status_of(AppError("storage_full", "")) == 507
    assert status_of(AppError("stale_epoch", "")) == 500
