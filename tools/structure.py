"""What holds of the folders: few things at the top, few files in a folder, no import circle.

    python -m tools.structure            prints all three; ends with 1 if one does not hold

A circle counts however it is closed: by an import inside a function, under TYPE_CHECKING, or
of nothing but types.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TOP: Final = {"flows": 12, "api": 14, "db": 17}
"""How many modules and folders a package may show at its top; migrations are none of its parts."""
FOLDER: Final = 15
"""How many files with code a folder may hold."""
EXCEPTED: Final = re.compile(r"(^|/)(generated|migrations)(/|$)")
CODE: Final = {".py", ".ts", ".tsx"}

Imports = Mapping[str, set[str]]
"""By module (its path), the modules that it imports."""


def files() -> list[str]:
    """Give the files with code that git has or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = (name for name in listed.stdout.splitlines() if Path(name).suffix in CODE)
    return sorted(name for name in names if (ROOT / name).is_file() and not EXCEPTED.search(name))


def tops(names: Iterable[str]) -> dict[str, int]:
    """Count what stands at the top of each package with a limit."""
    parts = {tuple(name.split("/")[:2]) for name in names if not name.endswith("__init__.py")}
    return {package: sum(1 for part in parts if part[0] == package) for package in TOP}


def folders(names: Iterable[str]) -> Counter[str]:
    """Count the files of each folder."""
    return Counter(str(Path(name).parent) for name in names)


def python_imports(names: Iterable[str]) -> Imports:
    """Read what every Python file imports of the others, wherever in the file it stands."""
    modules = {_module(name): name for name in names if name.endswith(".py")}
    return {name: set(_python_imports_of(name, modules)) for name in modules.values()}


def typescript_imports(names: Iterable[str]) -> Imports:
    """Read what every file of the editor imports of the others, types too."""
    sources = {name for name in names if Path(name).suffix in {".ts", ".tsx"}}
    return {name: set(_typescript_imports_of(name, sources)) for name in sources}


def circles(imports: Imports) -> list[list[str]]:
    """Give the groups of files that import each other (strongly connected; Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in imports.get(name, ()):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            at = stack.index(name)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                found.append(sorted(group))

    for name in imports:
        if name not in order:
            visit(name)
    return sorted(found)


def _module(name: str) -> str:
    """Name the module of a file as importers do; tests see `tests/support` as `support`."""
    parts = Path(name.removeprefix("tests/")).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _python_imports_of(name: str, modules: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
        asked: list[str] = []
        if isinstance(node, ast.Import):
            asked = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, node)
            asked = [
                part if (part := f"{base}.{alias.name}") in modules else base
                for alias in node.names
            ]
        yield from (modules[each] for each in asked if each in modules and modules[each] != name)


def _absolute(name: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = Path(name.removeprefix("tests/")).parts[: -node.level]
    return ".".join((*package, *filter(None, [node.module])))


def _typescript_imports_of(name: str, sources: set[str]) -> Iterator[str]:
    text = (ROOT / name).read_text("utf-8")
    for asked in re.findall(r"(?:\bfrom|\bimport)\s*\(?\s*\"(\.[^\"]+)\"", text):
        path = (ROOT / name).parent.joinpath(asked).resolve()
        beside = [path, *(Path(f"{path}{end}") for end in (".ts", ".tsx", "/index.ts"))]
        yield from (each for each in map(_relative, beside) if each in sources)


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""


def broken_rules() -> list[str]:
    """Name what does not hold."""
    names = files()
    many = [
        f"{package} shows {count} parts at its top; at most {TOP[package]}"
        for package, count in tops(names).items()
        if count > TOP[package]
    ]
    full = [
        f"{folder}/ holds {count} files; at most {FOLDER}"
        for folder, count in sorted(folders(names).items())
        if count > FOLDER
    ]
    knots = [
        f"a circle of imports: {', '.join(group)}"
        for imports in (python_imports(names), typescript_imports(names))
        for group in circles(imports)
    ]
    return many + full + knots


def main() -> int:
    """Print the three figures, and what is wrong."""
    names = files()
    shown = ", ".join(f"{name} {count} of {TOP[name]}" for name, count in tops(names).items())
    folder, most = folders(names).most_common(1)[0]
    python, typescript = python_imports(names), typescript_imports(names)
    print(f"parts at the top: {shown}")
    print(f"files in a folder: at most {most} of {FOLDER} ({folder}/)")
    print(
        f"circles: {len(circles(python))} among {len(python)} Python files,"
        f" {len(circles(typescript))} among {len(typescript)} TypeScript files"
    )
    wrong = broken_rules()
    for sentence in wrong:
        print(f"  {sentence}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
