"""What counts as flat in a soak."""

import pytest

from chaos.soak import is_flat, quarters


def test_quarters_are_means_over_equal_parts_of_the_time():
    assert quarters([1, 1, 2, 2, 3, 3, 4, 6]) == [1, 2, 3, 5]


@pytest.mark.parametrize(
    ("samples", "flat"),
    [
        ([0, 400, 900, 1000, 1010, 990, 1000, 1000], True),
        ([100 * n for n in range(1, 41)], False),  # grows for ever
        ([2000] * 20 + [2000 + 100 * n for n in range(20)], False),  # begins to grow late
        (list(range(40)), True),  # a handful of rows
        ([5000, 4000, 3000, 2000], True),
    ],
)
def test_what_still_grows_at_the_end_is_not_flat(samples: list[float], flat: bool):
    assert is_flat(samples) is flat
