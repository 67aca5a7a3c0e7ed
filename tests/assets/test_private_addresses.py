"""S-01: no URL, however it is written and wherever it enters, reaches a private address."""

import json
import os
import random
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from assets.ssrf import is_public
from support.hostile.private_addresses import GLOBAL_6, PUBLIC, RANGES_4, RANGES_6, is_private, urls

ROOT = Path(__file__).parents[2]
FORMS = 300
"""Distinct ones, at least."""


def _edges() -> list[str]:
    """Both sides of both ends of every special range."""
    found = [
        str(ip_address(number))
        for first, last in RANGES_4
        for number in (first - 1, first, first + 1, last - 1, last, last + 1)
        if 0 <= number < 2**32
    ]
    for first, last in [*RANGES_6, GLOBAL_6]:
        numbers = (first - 1, first, first + 1, last - 1, last, last + 1)
        found += [str(ip_address(number)) for number in numbers]
    return found


def test_two_judges_agree_on_every_address() -> None:
    chance = random.Random(4)
    some = [str(ip_address(chance.getrandbits(32))) for _ in range(20_000)]
    some += [str(ip_address(chance.getrandbits(128))) for _ in range(2_000)]
    some += [str(ip_address(1 << 125 | chance.getrandbits(125))) for _ in range(20_000)]
    for address in [*_edges(), *some]:
        assert is_public(ip_address(address)) is not is_private(address), address


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of the attack; see `support.hostile.closed_network`."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root on Linux may make a network of its own")
    folder = tmp_path_factory.mktemp("network")
    probe = subprocess.run(
        ["unshare", "--net", "--mount", "true"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("no network namespace can be made here")
    done = subprocess.run(
        [
            "unshare",
            "--net",
            "--mount",
            sys.executable,
            "-m",
            "support.hostile.closed_network",
            str(folder),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/tests:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_no_form_at_any_door_reaches_a_private_address(attacked: dict[str, Any]) -> None:
    assert attacked["awake"], "the canaries do not hear"
    assert attacked["inside"] == []
    assert len(urls()) >= FORMS
    assert min(attacked["tried"].values()) >= 20, attacked["tried"]


def test_every_form_is_refused_at_once_and_for_its_address(attacked: dict[str, Any]) -> None:
    assert attacked["not_refused"] == []
    assert attacked["median_ms"] < 50
    assert attacked["slowest_ms"] < 3000


def test_a_public_address_is_looked_up_once_a_hop_and_reached(attacked: dict[str, Any]) -> None:
    assert attacked["public"]
    assert attacked["public_reached"] == [[PUBLIC, 80]] * 2
    assert sorted(attacked["public_asked"]) == ["public/1", "public/1", "public/28", "public/28"]
