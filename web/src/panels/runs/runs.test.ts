// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import type { RunSummary } from "../../generated/api";
import type { NodeRun, RunView } from "../../stores/runs";
import { displayStatus } from "../../stores/status";
import { timelineOf } from "./timeline";
import { withLiveState } from "./useRunList";
import {
  formatTime,
  countNodes,
  inExecutionOrder,
  formatOutcome,
  formatReuse,
  formatStarter,
  formatScope,
} from "./format";
import { fileName } from "../../ui/format";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();

function ran(status: NodeRun["status"], from?: number, to?: number, reused = false): NodeRun {
  return {
    ...{ executionId: "", label: "", nodeType: "", status, attempt: 1, reused, reusedFrom: null },
    ...{ error: null, input: {}, output: null, outputs: {}, skipReason: null, usage: null },
    startedAt: from === undefined ? null : at(from),
    finishedAt: to === undefined ? null : at(to),
    durationMs: from === undefined || to === undefined ? null : (to - from) * 1000,
  };
}

describe("a run in words", () => {
  const nameOf = (id: string) => id.toUpperCase();

  test("says what it was about", () => {
    expect(formatScope({ kind: "all" }, nameOf)).toBe("Everything");
    expect(formatScope({ kind: "nodes", nodeIds: ["a", "b"] }, nameOf)).toBe("“A” and “B”");
    expect(formatScope({ kind: "nodes", nodeIds: ["a", "b", "c"] }, nameOf)).toBe("3 nodes");
    expect(formatScope({ kind: "from", nodeId: "a" }, nameOf)).toBe("From “A” on");
    expect(formatScope({ kind: "until", nodeId: "a" }, nameOf)).toBe("Up to “A”");
  });

  test("says how it went", () => {
    const nodes = { a: ran("COMPLETED"), b: ran("COMPLETED", 1, 1, true), c: ran("FAILED") };
    expect(formatOutcome(countNodes(nodes))).toBe("2 done, 1 of them reused, 1 failed");
    const notTaken: NodeRun = { ...ran("SKIPPED"), skipReason: "not_taken" };
    expect(formatOutcome(countNodes({ a: ran("COMPLETED"), b: notTaken, c: ran("SKIPPED") }))).toBe(
      "1 done, 1 skipped, 1 not taken",
    );
    expect([notTaken, ran("SKIPPED")].map(displayStatus)).toEqual(["NOT_TAKEN", "SKIPPED"]);
  });

  test("lists its nodes as they ran, those that did not begin at the end", () => {
    const nodes = { late: ran("FAILED", 5), never: ran("SKIPPED"), early: ran("COMPLETED", 1, 2) };
    expect(inExecutionOrder(nodes).map(([id]) => id)).toEqual(["early", "late", "never"]);
  });

  test("names the day of a time only if it is another one", () => {
    const time = "2026-03-04T12:00:00Z";
    expect(formatTime(time, new Date(time))).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(formatTime(time, new Date("2026-03-09T12:00:00Z"))).toMatch(/^Mar 4, 2026, /);
  });

  test("gives results file names that every system takes", () => {
    expect(fileName("Hero / wide: “v2”", "image/jpeg")).toBe("Hero wide v2.jpg");
    expect(fileName("///", "text/plain")).toBe("result.txt");
  });
});

describe("the line of time", () => {
  test("puts what ran side by side into lanes", () => {
    const nodes: [string, NodeRun][] = [
      ["a", ran("COMPLETED", 0, 4)],
      ["b", ran("COMPLETED", 1, 2)],
      ["c", ran("FAILED", 2, 8)],
      ["d", ran("COMPLETED", 4, 6)],
    ];
    const { bars, lanes, totalMs } = timelineOf(nodes, 0);
    expect(bars.map(({ nodeId, lane }) => `${nodeId}${lane}`)).toEqual(["a0", "b1", "c1", "d0"]);
    expect([lanes, totalMs]).toEqual([2, 8000]);
    expect(bars[2]).toMatchObject({ start: 0.25, length: 0.75 });
  });

  test("goes on to now for what still runs, and leaves out what was reused or never began", () => {
    const nodes: [string, NodeRun][] = [
      ["a", ran("RUNNING", 0)],
      ["b", ran("COMPLETED", 0, 0, true)],
      ["c", ran("PENDING")],
    ];
    const { bars } = timelineOf(nodes, Date.parse(at(3)));
    expect(bars.map(({ nodeId, length }) => [nodeId, length])).toEqual([["a", 1]]);
    expect(timelineOf(nodes, Date.parse(at(3))).totalMs).toBe(3000);
  });
});

test("a listed run goes on with what is heard of it, but never back from its end", () => {
  const listed = { id: "r", status: "PENDING", counts: { total: 1 } } as RunSummary;
  const view = {
    summary: { ...listed, status: "RUNNING" },
    nodes: { a: ran("RUNNING", 0) },
  } as unknown as RunView;
  const live = withLiveState(listed, view, true);
  expect(live).toMatchObject({ status: "RUNNING", counts: { running: 1 } });
  expect(withLiveState({ ...listed, status: "FAILED" }, view, true).status).toBe("FAILED");
  expect(withLiveState({ ...listed, status: "WAITING" }, view, false).status).toBe("WAITING");
});

test("a run says how it was to reuse only where that was asked for", () => {
  expect(formatReuse("auto")).toBeNull();
  expect([formatReuse("always"), formatReuse("never")]).toEqual(["reusing all it can", "all anew"]);
});

test("a run says who or what started it, as far as that is known", () => {
  const by = (trigger: RunSummary["trigger"], startedBy: RunSummary["startedBy"] = null) =>
    formatStarter({ trigger, startedBy });
  const unnamed = [by("api"), by("schedule"), by("prefect")];
  expect(unnamed).toEqual([null, "by a schedule", "from Prefect"]);
  expect(by("api", { kind: "user", name: "Ada" })).toBe("by Ada");
  expect(by("api", { kind: "api_key", name: "CI" })).toBe("with the API key “CI”");
  expect(by("link", { kind: "link", name: "A shop" })).toBe("with the share link “A shop”");
  expect(by("schedule", { kind: "schedule", name: "Nightly" })).toBe("by the schedule “Nightly”");
});
