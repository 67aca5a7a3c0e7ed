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
from local.machine.process import start_process
child = start_process("child", [sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]))
print(child.pid, flush=True)
"""
KILLED_AT_ONCE = """
import os, sys
from pathlib import Path
from local.machine import process
def killed(group, stop_signal):
    Path(sys.argv[3]).write_text(str(group))
    os.kill(os.getpid(), 9)
process._reaper.add = killed
"""
SLEEP = "time.sleep(600)"
REAPER_KILLED = """
from local.machine import process
reaper = process._reaper._process
reaper.kill()
reaper.wait()
other = start_process("other", [sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]))
print(other.pid, flush=True)
"""


def python(code: str, log: Path) -> ChildProcess:
    return start_process("child", [sys.executable, "-c", code], log=log)


def child_of(log: Path) -> int:
    wait_for(lambda: "child" in read(log), "the process has said who its child is")
    return int(read(log).split()[-1])


def test_the_output_of_a_child_process_is_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_text("from an earlier start\n")
    process = python("import sys; print('out'); print('err', file=sys.stderr)", log)
    process.process.wait()
    assert sorted(process.output().split()) == ["err", "out"]
    assert log.read_text().startswith("from an earlier start\n")
    process.stop()


def test_a_long_log_is_rotated(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * 10_000_001)
    python("print('new')", log).stop()
    assert (tmp_path / "child.old.log").stat().st_size == 10_000_001
    assert log.stat().st_size < 100


def test_waiting_ends_with_the_process(tmp_path: Path) -> None:
    process = python("raise SystemExit(3)", tmp_path / "child.log")
    assert not wait_until(lambda: False, process, seconds=60)
    assert process.process.returncode == 3
    process.stop()


def test_a_process_that_will_not_stop_is_ended_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    process = python(STUBBORN, log)
    child = child_of(log)
    process.stop(seconds=0.2)
    assert process.process.returncode == -signal.SIGKILL
    wait_for(lambda: not is_alive(child), "the process's child has ended")


def test_nothing_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = STUBBORN.replace("signal.SIG_IGN", "signal.SIG_DFL")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT + SLEEP, code, str(log)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    process, child = int(parent.stdout.readline()), child_of(log)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(process), "the process has ended")
    wait_for(lambda: not is_alive(child), "its own child has ended")


def test_not_even_stubborn_ones_outlive_it_for_long(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT + SLEEP, STUBBORN, str(log)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    process = int(parent.stdout.readline())
    child_of(log)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(process), "the process has been killed", seconds=20)


def test_nothing_outlives_a_parent_that_was_killed_right_after_the_fork(tmp_path: Path) -> None:
    seen = tmp_path / "pid"
    code = "import time; time.sleep(600)"
    parent = subprocess.run(
        [sys.executable, "-c", KILLED_AT_ONCE + PARENT, code, str(tmp_path / "log"), str(seen)],
        check=False,
        timeout=60,
    )
    assert parent.returncode == -signal.SIGKILL
    process = int(seen.read_text())
    wait_for(lambda: not is_alive(process), "the process has ended")


def test_a_reaper_that_was_killed_is_replaced_and_told_of_everything(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = PARENT + REAPER_KILLED + SLEEP
    parent = subprocess.Popen(
        [sys.executable, "-c", code, "import time; time.sleep(600)", str(log)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    first, second = int(parent.stdout.readline()), int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(first), "the first process has ended")
    wait_for(lambda: not is_alive(second), "the second process has ended")


def test_a_process_started_in_a_thread_ends_with_us_too(tmp_path: Path) -> None:
    code = "import sys, threading\nthreading.Thread(target=lambda: exec(sys.argv[3])).start()"
    log = tmp_path / "child.log"
    child = "import time; time.sleep(600)"
    parent = subprocess.Popen(
        [sys.executable, "-c", code, child, str(log), PARENT + SLEEP],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    process = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not is_alive(process), "the process has ended")
