"""What users typed, cleaned before Prefect sees it."""

from uuid import UUID

import pytest

from flows.prefect.names import MAX_LENGTH, clean_name, flow_run_name, run_tags

RUN = UUID("12345678-9abc-4def-8123-456789abcdef")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Crop 1", "Crop 1"),
        ("  two \n lines\t", "two lines"),
        ("right\u202eto left", "right to left"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("<b>kept as text</b>", "<b>kept as text</b>"),
    ],
)
def test_names_are_one_line_of_printable_text(typed: str, shown: str) -> None:
    assert clean_name(typed) == shown


def test_a_long_name_is_cut() -> None:
    assert len(clean_name("x" * 1000)) == MAX_LENGTH


def test_a_flow_run_is_named_after_its_workflow_and_run() -> None:
    assert flow_run_name("My\nworkflow", RUN) == "My workflow · 12345678"
    assert run_tags(7, RUN) == ["nodeloom", "workflow:7", f"run:{RUN}"]
