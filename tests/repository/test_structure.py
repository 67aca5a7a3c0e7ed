"""Few files in a folder, no import circle; words that the glossary or every programmer knows."""

import pytest

from tools.structure import (
    FOLDER,
    TOP,
    broken_rules,
    circles,
    files,
    folders,
    python_imports,
    tops,
    typescript_imports,
)
from tools.vocabulary import (
    MAX_UNUSED,
    ORDINARY,
    forms_of,
    known_words,
    unknown_words,
    unused_words,
    words_of,
)


def test_the_folders_are_as_they_should_be() -> None:
    assert broken_rules() == []


def test_every_word_of_a_public_name_is_in_the_glossary_or_an_ordinary_one() -> None:
    assert unknown_words() == {}


def test_the_list_of_ordinary_words_is_sorted_and_has_none_twice_or_for_nothing() -> None:
    words = ORDINARY.read_text("utf-8").split()
    assert words == sorted(set(words))
    assert len(unused_words()) <= MAX_UNUSED


@pytest.mark.parametrize("word", ["wish", "told", "leash", "chore", "takeover", "patience", "deed"])
def test_metaphors_are_no_words(word: str) -> None:
    assert not forms_of(word) & known_words()


def test_names_are_split_into_words() -> None:
    assert words_of("find_runsOf_HTTPServer2") == ["find", "runs", "of", "http", "server"]
    assert {"retry", "claim", "stop", "cache", "worker"} <= {
        form
        for word in ("retries", "claimed", "stopped", "caching", "workers")
        for form in forms_of(word)
    }


def test_circles_are_found_however_long() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set[str](), "e": {"d"}}
    assert circles(imports) == [["a", "b", "c"]]


def test_imports_inside_functions_and_of_types_alone_count() -> None:
    names = files()
    python = python_imports(names)
    assert "local/demo_model/serve.py" in python["cli/main.py"]  # imported when the command is used
    web = typescript_imports(names)
    assert any(name.startswith("web/src/graph/") for name in web["web/src/stores/document.ts"])


def test_counts_are_of_files_with_code() -> None:
    names = ["db/__init__.py", "db/runs.py", "db/tables/run.py", "db/tables/user.py", "web/a.ts"]
    assert tops(names) == dict.fromkeys(TOP, 0) | {"db": 2}
    assert folders(names)["db/tables"] == 2
    assert FOLDER == 15
