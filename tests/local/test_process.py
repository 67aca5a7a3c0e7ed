"""Child processes: their logs, their end, and that none outlives us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from local.machine.process import ChildProcess, start_process, wait_until
from support.product.processes import is_alive, read, wait_for

STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
time.sleep(600)
"""
PARENT = """
import sys, time
from pathlib import Path
from local.machine.process import start
part = start("part", [sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]))
print(part.pid, flush=True)
time.sleep(600)
"""


def python(code: str, log: Path) -> ChildProcess:
    return start_process("part", [sys.executable, "-c", code], log=log)


def child_of(log: Path) -> int:
    wait_for(lambda: "child" in read(log), "the part has said who its child is")
    return int(read(log).split()[-1])


def test_what_a_part_says_is_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("from an earlier start\n")
    part = python("import sys; print('out'); print('err', file=sys.stderr)", log)
    part.process.wait()
    assert sorted(part.output().split()) == ["err", "out"]
    assert log.read_text().startswith("from an earlier start\n")
    part.stop()


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_bytes(b"x" * 10_000_001)
    python("print('new')", log).stop()
    assert (tmp_path / "part.old.log").stat().st_size == 10_000_001
    assert log.stat().st_size < 100


def test_waiting_ends_when_the_part_does(tmp_path: Path) -> None:
    part = python("raise SystemExit(3)", tmp_path / "part.log")
    assert not wait_until(lambda: False, part, seconds=60)
    assert part.process.returncode == 3
    part.stop()


def test_a_part_that_will_not_stop_is_ended_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    part = python(STUBBORN, log)
    child = child_of(log)
    part.stop(seconds=0.2)
    assert part.process.returncode == -signal.SIGKILL
    wait_for(lambda: not is_alive(child), "the part's child has ended")


def test_nothing_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    code = STUBBORN.replace("signal.SIG_IGN", "signal.SIG_DFL")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, code, str(log)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    part, child = int(parent.stdout.readline()), child_of(log)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(part), "the part has ended")
    wait_for(lambda: not is_alive(child), "the part's own child has ended")


def test_not_even_stubborn_ones_outlive_it_for_long(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, STUBBORN, str(log)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    part = int(parent.stdout.readline())
    child_of(log)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(part), "the part has been killed", seconds=20)
