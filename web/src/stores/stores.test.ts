// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { edge, graph, node } from "../test/graphs";
import { withData, withoutElements } from "../graph/document";
import {
  adoptGraph,
  commit,
  currentGraph,
  openDocument,
  redo,
  undo,
  useDocument,
} from "./document";
import { appendLiveText, applyEvent, mergeRun, showRun, useRuns } from "./runs";
import type { RunRead } from "../generated/api";

const start = graph([node("a"), node("b")], [edge("a", "b.text")]);

beforeEach(() => openDocument(1, start));

describe("the document", () => {
  test("is undone and redone change by change", () => {
    commit((now) => withData(now, "a", { text: "one" }));
    commit((now) => withoutElements(now, new Set(["b"]), new Set()));
    undo();
    expect(currentGraph().nodes).toHaveLength(2);
    undo();
    expect(currentGraph()).toEqual(start);
    redo();
    redo();
    expect(currentGraph().nodes).toHaveLength(1);
    expect(redo()).toBeNull();
  });

  test("takes the keystrokes of one field as one step, until there is a pause", () => {
    vi.useFakeTimers();
    for (const text of ["H", "He", "Hey"]) {
      commit((now) => withData(now, "a", { text }), "text of a");
    }
    vi.advanceTimersByTime(5_000);
    commit((now) => withData(now, "a", { text: "Hey!" }), "text of a");
    vi.useRealTimers();
    undo();
    expect(currentGraph().nodes[0]?.data).toEqual({ text: "Hey" });
    undo();
    expect(currentGraph()).toEqual(start);
  });

  test("remembers no step for a change that was made elsewhere, or for none", () => {
    adoptGraph(withData(start, "b", { text: "theirs" }));
    commit((now) => now);
    expect(useDocument.getState().undoStack).toEqual([]);
  });
});

const RUN = "00000000-0000-4000-8000-000000000001";

function run(status: string, nodes: Record<string, string>): RunRead {
  const nodeExecutions = Object.entries(nodes).map(([nodeId, state]) => ({
    ...{ id: nodeId, nodeId, nodeType: "text", label: nodeId, status: state, attempt: 1 },
    ...{ reused: false, input: {}, output: null, error: null, usage: null },
    ...{ startedAt: null, finishedAt: null, durationMs: null },
  }));
  return { id: RUN, status, nodeExecutions, workflowId: 1 } as unknown as RunRead;
}

function event(nodeId: string, status: string, attempt = 1) {
  const data = { nodeId, status, attempt, executionId: nodeId, reused: false, error: null };
  return { type: "node", data: { ...data, runId: RUN, at: "2026-01-01T00:00:00Z" } } as const;
}

describe("the state of a run", () => {
  beforeEach(() => {
    useRuns.setState({ runs: {}, shownId: null });
    showRun(RUN);
  });

  test("follows events, and never goes back when an older answer comes late", () => {
    mergeRun(run("RUNNING", { a: "PENDING" }));
    applyEvent(RUN, event("a", "RUNNING") as never);
    applyEvent(RUN, event("a", "COMPLETED") as never);
    mergeRun(run("RUNNING", { a: "RUNNING" }));
    expect(useRuns.getState().runs[RUN]?.nodes["a"]?.status).toBe("COMPLETED");
    applyEvent(RUN, event("a", "RUNNING") as never);
    expect(useRuns.getState().runs[RUN]?.nodes["a"]?.status).toBe("COMPLETED");
  });

  test("keeps the object of a node that did not change", () => {
    mergeRun(run("RUNNING", { a: "RUNNING", b: "PENDING" }));
    const before = useRuns.getState().runs[RUN]?.nodes["a"];
    mergeRun(run("RUNNING", { a: "RUNNING", b: "RUNNING" }));
    expect(useRuns.getState().runs[RUN]?.nodes["a"]).toBe(before);
  });

  test("shows live text with a mark where a piece is missing, and anew for each attempt", () => {
    const one = appendLiveText(undefined, 1, 0, "tea 🍵");
    expect(one).toEqual({ attempt: 1, text: "tea 🍵", end: 5 });
    expect(appendLiveText(one, 1, 9, "two").text).toBe("tea 🍵…two");
    expect(appendLiveText(one, 2, 0, "new").text).toBe("new");
  });
});
