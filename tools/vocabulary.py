"""Words of public names that neither the glossary nor the list of ordinary words knows.

    python -m tools.vocabulary           prints them with the names that use them

A colleague who has never seen the project must guess what is behind a name. So its words are
terms of this domain, which `docs/glossary.md` explains, or words that every programmer reads
without thinking: those of Python itself, and those which `tools/ordinary_words.txt` lists as long
as a name needs them. A metaphor is neither.
"""

import ast
import builtins
import keyword
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = (
    "api", "assets", "cli", "db", "flows", "local", "schemas", "tasks", "telemetry"
)  # fmt: skip
GLOSSARY: Final = ROOT / "docs" / "glossary.md"
ORDINARY: Final = ROOT / "tools" / "ordinary_words.txt"
WEB: Final = ROOT / "web" / "src"
MAX_UNUSED: Final = 10
"""So many ordinary words may wait to be dropped: names change in many branches at once."""

IRREGULAR: Final = {
    "began": "begin",
    "built": "build",
    "children": "child",
    "died": "die",
    "found": "find",
    "frozen": "freeze",
    "held": "hold",
    "lost": "lose",
    "made": "make",
    "seen": "see",
    "sent": "send",
    "shown": "show",
}

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_EXPORTED = re.compile(
    r"^export (?:default )?(?:async )?(?:function|const|let|class|type|interface) (\w+)",
    re.MULTILINE,
)


def unknown_words() -> dict[str, set[str]]:
    """Give each word that nobody knows, with the places of the names that use it."""
    known = known_words()
    found: dict[str, set[str]] = defaultdict(set)
    for place, name in (*python_names(), *typescript_names()):
        for word in words_of(name):
            if not forms_of(word) & known:
                found[word].add(f"{place} {name}")
    return dict(found)


def unused_words() -> set[str]:
    """Give the ordinary words that no name needs: dropped from the list, nothing would be unknown."""
    listed, known = set(ORDINARY.read_text("utf-8").split()), glossary_words() | python_words()
    used: set[str] = set()
    for _, name in (*python_names(), *typescript_names()):
        for word in words_of(name):
            if not (forms := forms_of(word)) & known:
                used |= forms & listed
    return listed - used


def known_words() -> set[str]:
    """Give the words of the glossary's terms, those of Python and the ordinary ones."""
    return glossary_words() | python_words() | set(ORDINARY.read_text("utf-8").split())


def python_words() -> set[str]:
    """Give the words of keywords, built-in names and methods of built-in collections."""
    methods = (name for kind in (str, list, dict, set) for name in dir(kind))
    names = (*keyword.kwlist, *dir(builtins), *methods)
    return {word for name in names if not name.startswith("_") for word in words_of(name)}


def glossary_words() -> set[str]:
    """Give the words of the glossary's terms, and their stems."""
    rows = re.findall(r"^\| (?!word \||---)(.+?) \|", GLOSSARY.read_text("utf-8"), re.MULTILINE)
    terms = {term for row in rows for term in re.findall(r"[^\W_]+", row)}
    words = {word for term in terms for word in (term.lower(), *words_of(term))}
    return {form for word in words for form in forms_of(word)}


def words_of(name: str) -> list[str]:
    """Split a name of Python or TypeScript; letters that stand alone are no words."""
    return [part.lower() for part in _PARTS.findall(name) if len(part) > 1]


def forms_of(word: str) -> set[str]:
    """Give what a word may be a regular form of: `retries` of retry, `unreadable` of read."""
    forms = {word, IRREGULAR.get(word, word)}
    for prefix in ("un", "re"):
        forms |= {form.removeprefix(prefix) for form in forms}
    for _ in range(2):  # `handlers` is of handler, and that of handle
        forms |= {stem for form in forms for stem in _stems(form)}
    return forms


def _stems(word: str) -> Iterator[str]:
    yield word.removesuffix("s")
    if word.endswith(("ies", "ied")):
        yield word[:-3] + "y"
    if word.endswith(("es", "ed", "er", "or", "ly")):
        yield from (word[:-1], word[:-2], word[:-2] + "e")
    if word.endswith("bly"):
        yield word[:-1] + "e"
    if word.endswith("ation"):
        yield from (word[:-5] + "e", word[:-3] + "e")
    for suffix in ("ing", "able", "ion", "est", "ment"):
        if word.endswith(suffix):
            yield from (word.removesuffix(suffix), word.removesuffix(suffix) + "e")
    if doubled := re.fullmatch(r"(.+?)([bdglmnprt])\2(?:ed|er|ing|able)", word):
        yield doubled[1] + doubled[2]


def python_names() -> Iterator[tuple[str, str]]:
    """Give public names of the packages: modules, functions, classes, constants, attributes."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            place = path.relative_to(ROOT)
            yield from ((str(place), part) for part in (*place.parts[:-1], place.stem))
            tree = ast.parse(path.read_text("utf-8"))
            for name in _public(tree):
                yield str(place), name


def typescript_names() -> Iterator[tuple[str, str]]:
    """Give the modules of the editor and the names that they export."""
    for path in sorted((*WEB.rglob("*.ts"), *WEB.rglob("*.tsx"))):
        place = path.relative_to(ROOT)
        if {"generated", "test"} & {*place.parts} or ".test." in path.name:
            continue
        yield from ((str(place), part) for part in (*place.parts[2:-1], place.stem))
        for name in _EXPORTED.findall(path.read_text("utf-8")):
            yield str(place), name


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield node.name
            if isinstance(node, ast.ClassDef):
                yield from _public(node)
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and not target.id.startswith("_"):
                yield target.id
    if isinstance(tree, ast.ClassDef):
        yield from _attributes(tree)


def _attributes(cls: ast.ClassDef) -> Iterator[str]:
    """Give what `__init__` puts on the object for everybody."""
    for node in ast.walk(cls):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
            and not node.attr.startswith("_")
        ):
            yield node.attr


def main() -> int:
    """Print what is unknown; 1 if anything is."""
    unknown = unknown_words()
    for word, places in sorted(unknown.items()):
        print(f"{word}: {', '.join(sorted(places)[:3])}{' …' if len(places) > 3 else ''}")
    for word in sorted(unused := unused_words()):
        print(f"{word}: no name needs it; drop it from {ORDINARY.name}")
    print(f"vocabulary: {len(unknown)} unknown words, {len(unused)} unused ones")
    return 1 if unknown or len(unused) > MAX_UNUSED else 0


if __name__ == "__main__":
    sys.exit(main())
