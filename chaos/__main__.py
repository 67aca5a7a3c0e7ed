"""`make chaos`: prints what was done and what became of it; exit code 1 if a promise is broken."""

import argparse
import sys
from collections import Counter

from chaos.run import Outcome, Size, run

Line = tuple[str, str, bool]
"""What is counted, the figure, whether the promise holds."""


def main() -> int:
    """Run with the sizes of the command line."""
    usual = Size()
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("runs", "kills", "pauses", "postgres", "prefect", "away", "api"):
        options.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    options.add_argument("--gap", type=float, default=usual.gap_seconds, help="seconds")
    options.add_argument("--away-seconds", type=float, default=usual.away_seconds)
    options.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    given = vars(options.parse_args())
    keep: bool = given.pop("keep")
    size = Size(gap_seconds=given.pop("gap"), **given)
    print(f"Chaos for about {size.seconds + 60:.0f} s …", flush=True)
    outcome = run(size, keep=keep)
    return 0 if report(outcome) else 1


def report(outcome: Outcome) -> bool:
    """Print the figures, the promises last; False when one is broken."""
    did = Counter(fault.kind for fault in outcome.faults.done)
    print(f"\nDone in {outcome.seconds:.0f} s, to {outcome.verdict.runs} acknowledged runs:")
    print(f"  kill -9 of an executor {did['executor']}, of its process tree {did['tree']};")
    print(f"  executor stopped beyond its lease (SIGSTOP, SIGCONT) {did['pause']};")
    print(f"  immediate stop of PostgreSQL {did['postgres']};")
    print(f"  kill -9 of Prefect's server {did['prefect']}, of the API {did['api']};")
    print(f"  stop of Prefect's server for {outcome.faults.away_seconds:.0f} s {did['away']}.")
    print(f"  requests repeated by the client {outcome.client.repeated};")
    print(
        f"  provider calls {outcome.provider_calls}, nodes in flight at a fault"
        f" {outcome.verdict.in_flight}; stale executors refused {outcome.stale_writes_refused};"
    )
    phases = {phase: outcome.verdict.median(phase) for phase in ("waiting", "claimed", "running")}
    found = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in phases.items())
    print(f"  {len(outcome.verdict.recoveries)} recoveries; medians from the kill until {found};")
    shown = outcome.shown
    print(
        f"  Prefect shows {shown.runs} runs with {shown.task_runs} nodes, {shown.later} of them recorded"
        f" later; it had caught up {shown.seconds:.0f} s after the last run.\n"
    )
    lines = promises(outcome)
    for what, figure, kept in lines:
        print(f"{what:<58}{figure:>10}   {'ok' if kept else 'BROKEN'}")
    for wrong in outcome.client.wrong[:10]:
        print(f"  wrong answer: {wrong}")
    return all(kept for _, _, kept in lines)


def promises(outcome: Outcome) -> list[Line]:
    """Give each promise with its figure."""
    verdict = outcome.verdict

    def none(what: str, figure: int) -> Line:
        return (what, str(figure), figure == 0)

    return [
        none("acknowledged runs lost", verdict.lost),
        none("runs made twice for one key", verdict.duplicates),
        none("runs unfinished 60 s after", verdict.unfinished),
        none("runs that did not complete", verdict.runs - verdict.statuses["COMPLETED"]),
        none("double successes of a node", verdict.double_successes),
        none("runs with two ends", verdict.both_ends),
        none("gaps in the event numbers", verdict.gaps),
        none("results of a stale executor accepted", verdict.stale_results),
        none("wrong answers of the API", len(outcome.client.wrong)),
        none("children left behind by killed executors", outcome.left_behind),
        (
            "provider calls repeated (at most one per node in flight)",
            str(verdict.repeats),
            verdict.repeats_beyond == 0,
        ),
        none("runs that Prefect does not show", outcome.shown.missing),
        none("runs that Prefect shows in another state", outcome.shown.wrong),
        none("flow runs and task runs that Prefect holds open", outcome.shown.open),
        none("completed nodes without a completed task run", outcome.shown.missing_nodes),
        ("kill to running again, p50 (15 s at most)", f"{verdict.p50:.1f} s", verdict.p50 <= 15),
        ("kill to running again, p99 (30 s at most)", f"{verdict.p99:.1f} s", verdict.p99 <= 30),
    ]


if __name__ == "__main__":
    sys.exit(main())
