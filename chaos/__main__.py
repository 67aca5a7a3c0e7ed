"""`make chaos`: prints what was done and what became of it; exit code 1 if a promise is broken."""

import argparse
import sys
from collections import Counter
from typing import Final

from chaos.mirror_check import MirrorReport
from chaos.run import ChaosResult, Scenario, run

MAX_LINES: Final = 20
"""Of what Prefect shows wrongly."""
MANY_RUNS: Final = 100
Figure = tuple[str, str, bool]
"""What is counted, the figure, whether the promise holds."""


def main() -> int:
    """Run with the sizes of the command line."""
    defaults = Scenario()
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("runs", "kills", "pauses", "postgres", "prefect", "away", "api"):
        options.add_argument(f"--{name}", type=int, default=getattr(defaults, name))
    options.add_argument("--gap", type=float, default=defaults.gap_seconds, help="seconds")
    options.add_argument("--away-seconds", type=float, default=defaults.away_seconds)
    options.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    arguments = vars(options.parse_args())
    keep: bool = arguments.pop("keep")
    size = Scenario(gap_seconds=arguments.pop("gap"), **arguments)
    print(f"Chaos for about {size.seconds + 60:.0f} s …", flush=True)
    outcome = run(size, keep=keep)
    return 0 if report(outcome) else 1


def report(outcome: ChaosResult) -> bool:
    """Print the figures, the promises last; False when one is broken."""
    did = Counter(fault.kind for fault in outcome.faults.done)
    print(f"\nDone in {outcome.seconds:.0f} s, to {outcome.checked.runs} acknowledged runs:")
    print(f"  kill -9 of an executor {did['executor']}, of its process tree {did['tree']};")
    print(f"  executor stopped beyond its lease (SIGSTOP, SIGCONT) {did['pause']};")
    print(f"  immediate stop of PostgreSQL {did['postgres']};")
    print(f"  kill -9 of Prefect's server {did['prefect']}, of the API {did['api']};")
    print(f"  stop of Prefect's server for {outcome.faults.away_seconds:.0f} s {did['away']}.")
    print(f"  requests repeated by the client {outcome.client.retried};")
    print(
        f"  provider calls {outcome.provider_calls}, nodes in flight at a fault"
        f" {outcome.checked.in_flight}; stale executors refused {outcome.stale_writes_refused};"
    )
    phases = {phase: outcome.checked.median(phase) for phase in ("waiting", "claimed", "running")}
    found = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in phases.items())
    print(f"  {len(outcome.checked.recoveries)} recoveries; medians from the kill until {found};")
    mirror_report = outcome.mirror_report
    print(
        f"  Prefect shows {mirror_report.runs} runs with {mirror_report.task_runs} nodes; it executed {mirror_report.hosted} of"
        f" them, {mirror_report.recorded_later} were recorded later; it had caught up {mirror_report.seconds:.0f} s after the last"
        " run.\n"
    )
    lines = check_promises(outcome)
    for what, figure, holds in lines:
        print(f"{what:<58}{figure:>10}   {'ok' if holds else 'BROKEN'}")
    for wrong in outcome.client.violations[:10]:
        print(f"  wrong answer: {wrong}")
    for line in [*outcome.mirror_report.open, *outcome.mirror_report.missing_nodes][:MAX_LINES]:
        print(f"  {line}")
    return all(holds for _, _, holds in lines)


def check_promises(outcome: ChaosResult) -> list[Figure]:
    """Give each promise with its figure."""
    result = outcome.checked

    def none(what: str, figure: int) -> Figure:
        return (what, str(figure), figure == 0)

    return [
        none("acknowledged runs lost", result.lost),
        none("runs made twice for one key", result.duplicates),
        none("runs unfinished 60 s after", result.unfinished),
        none("runs that did not complete", result.runs - result.statuses["COMPLETED"]),
        none("double successes of a node", result.double_successes),
        none("runs with two ends", result.double_ends),
        none("gaps in the event numbers", result.gaps),
        none("results of a stale executor accepted", result.stale_results),
        none("wrong answers of the API", len(outcome.client.violations)),
        none("children left behind by killed executors", outcome.orphans),
        (
            "provider calls repeated (at most one per node in flight)",
            str(result.repeats),
            result.repeats_beyond == 0,
        ),
        _both_hosts(outcome.mirror_report),
        none("runs that Prefect does not show", outcome.mirror_report.missing),
        none("runs that Prefect shows in another state", outcome.mirror_report.mismatched),
        none("flow runs and task runs that Prefect holds open", len(outcome.mirror_report.open)),
        none(
            "completed nodes without a completed task run", len(outcome.mirror_report.missing_nodes)
        ),
        ("kill to running again, p50 (15 s at most)", f"{result.p50:.1f} s", result.p50 <= 15),
        ("kill to running again, p99 (30 s at most)", f"{result.p99:.1f} s", result.p99 <= 30),
    ]


def _both_hosts(shown: MirrorReport) -> Figure:
    """Give the runs of the host that had fewer of them, of a round large enough to say something."""
    fewer = min(shown.hosted, shown.runs - shown.hosted)
    enough = shown.runs < MANY_RUNS or fewer >= shown.runs // 4
    return (f"runs through the less used host (a quarter of {shown.runs})", str(fewer), enough)


if __name__ == "__main__":
    sys.exit(main())
