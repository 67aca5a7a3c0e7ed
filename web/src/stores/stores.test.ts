// @vitest-environment happy-dom
import { describe, expect, test, vi } from "vitest";
import { edge, graph, node } from "../test/graphs";
import { withData, withoutElements } from "../graph/document";
import { DocumentStore } from "./document";
import { appendLiveText, RunsStore } from "./runs";
import { displayStatus } from "./status";
import type { RunRead } from "../generated/api";

const start = graph([node("a"), node("b")], [edge("a", "b.text")]);

function opened(): DocumentStore {
  const document = new DocumentStore();
  document.open(1, start);
  return document;
}

describe("the document", () => {
  test("is undone and redone change by change", () => {
    const document = opened();
    document.commit((now) => withData(now, "a", { text: "one" }));
    document.commit((now) => withoutElements(now, new Set(["b"]), new Set()));
    document.undo();
    expect(document.currentGraph().nodes).toHaveLength(2);
    document.undo();
    expect(document.currentGraph()).toEqual(start);
    document.redo();
    document.redo();
    expect(document.currentGraph().nodes).toHaveLength(1);
    expect(document.redo()).toBeNull();
  });

  test("takes the keystrokes of one field as one step, until there is a pause", () => {
    const document = opened();
    vi.useFakeTimers();
    for (const text of ["H", "He", "Hey"]) {
      document.commit((now) => withData(now, "a", { text }), "text of a");
    }
    vi.advanceTimersByTime(5_000);
    document.commit((now) => withData(now, "a", { text: "Hey!" }), "text of a");
    vi.useRealTimers();
    document.undo();
    expect(document.currentGraph().nodes[0]?.data).toEqual({ text: "Hey" });
    document.undo();
    expect(document.currentGraph()).toEqual(start);
  });

  test("remembers no step for a change that was made elsewhere, or for none", () => {
    const document = opened();
    document.adoptGraph(withData(start, "b", { text: "theirs" }));
    document.commit((now) => now);
    expect(document.state.undoStack).toEqual([]);
  });
});

const RUN = "00000000-0000-4000-8000-000000000001";

function run(status: string, nodes: Record<string, string>): RunRead {
  const nodeExecutions = Object.entries(nodes).map(([nodeId, state]) => ({
    ...{ id: nodeId, nodeId, nodeType: "text", label: nodeId, status: state },
    attempt: state === "PENDING" ? 0 : 1,
    ...{ reused: false, input: {}, output: null, error: null, usage: null },
    ...{ startedAt: null, finishedAt: null, durationMs: null },
  }));
  return { id: RUN, status, nodeExecutions, workflowId: 1 } as unknown as RunRead;
}

function event(nodeId: string, status: string, attempt = 1) {
  const data = {
    nodeId,
    status,
    attempt,
    executionId: nodeId,
    reused: false,
    error: null,
    output: null,
  };
  return { type: "node", data: { ...data, runId: RUN, at: "2026-01-01T00:00:00Z" } } as const;
}

describe("the state of a run", () => {
  test("follows events, and never goes back when an older answer comes late", () => {
    const runs = new RunsStore();
    runs.merge(run("RUNNING", { a: "PENDING" }));
    runs.applyEvent(RUN, event("a", "RUNNING") as never);
    runs.applyEvent(RUN, event("a", "COMPLETED") as never);
    runs.merge(run("RUNNING", { a: "RUNNING" }));
    expect(runs.state.runs[RUN]?.nodes["a"]?.status).toBe("COMPLETED");
    runs.applyEvent(RUN, event("a", "RUNNING") as never);
    expect(runs.state.runs[RUN]?.nodes["a"]?.status).toBe("COMPLETED");
  });

  test("takes outputs and times from events, and keeps what has ended when they come again", () => {
    const runs = new RunsStore();
    runs.merge(run("RUNNING", { a: "PENDING" }));
    const running = event("a", "RUNNING");
    const done = event("a", "COMPLETED");
    const output = { kind: "text", text: "Tea" } as const;
    const later = { at: "2026-01-01T00:00:02Z", output };
    runs.applyEvent(RUN, running as never);
    runs.applyEvent(RUN, { ...done, data: { ...done.data, ...later } } as never);
    const ended = runs.state.runs[RUN]?.nodes["a"];
    expect(ended).toMatchObject({ output, durationMs: 2000, finishedAt: later.at });
    runs.applyEvent(RUN, done as never);
    expect(runs.state.runs[RUN]?.nodes["a"]).toBe(ended);
  });

  test("shows a node as waiting again whose run was paused between two attempts", () => {
    const runs = new RunsStore();
    runs.merge(run("RUNNING", { a: "PENDING" }));
    const told = [event("a", "RUNNING"), event("a", "PENDING"), event("a", "RUNNING", 2)];
    const states = told.map((each) => {
      runs.applyEvent(RUN, each as never);
      const node = runs.state.runs[RUN]?.nodes["a"];
      return [node?.status, node?.attempt, node?.startedAt === null];
    });
    expect(states).toEqual([
      ["RUNNING", 1, false],
      ["PENDING", 1, true],
      ["RUNNING", 2, false],
    ]);
    runs.applyEvent(RUN, event("a", "PENDING", 1) as never); // once more, after a reconnection
    expect(runs.state.runs[RUN]?.nodes["a"]?.status).toBe("RUNNING");
  });

  test("is pausing until its nodes have ended, and no longer when it was resumed", () => {
    const runs = new RunsStore();
    runs.merge({ ...run("RUNNING", {}), pauseRequestedAt: null });
    const shown = () => displayStatus(runs.state.runs[RUN]?.summary ?? { status: "FAILED" });
    const hear = (status: string, at: string, pausing = false) => {
      const data = { runId: RUN, status, error: null, at, pausing };
      runs.applyEvent(RUN, { type: "run", data } as never);
      return shown();
    };
    runs.setPauseRequestedAt(RUN, "2026-01-01T00:00:05Z");
    expect(shown()).toBe("PAUSING");
    expect(hear("RUNNING", "2026-01-01T00:00:01Z")).toBe("PAUSING"); // once more
    expect(hear("WAITING", "2026-01-01T00:00:06Z", true)).toBe("WAITING");
    expect(hear("PENDING", "2026-01-01T00:00:08Z")).toBe("PENDING");
    expect(hear("RUNNING", "2026-01-01T00:00:09Z")).toBe("RUNNING");
    expect(hear("RUNNING", "2026-01-01T00:00:10Z", true)).toBe("PAUSING"); // in another tab
    expect(hear("RUNNING", "2026-01-01T00:00:11Z")).toBe("RUNNING");
  });

  test("keeps the object of a node that did not change", () => {
    const runs = new RunsStore();
    runs.merge(run("RUNNING", { a: "RUNNING", b: "PENDING" }));
    const before = runs.state.runs[RUN]?.nodes["a"];
    runs.merge(run("RUNNING", { a: "RUNNING", b: "RUNNING" }));
    expect(runs.state.runs[RUN]?.nodes["a"]).toBe(before);
  });

  test("shows live text with a mark where a piece is missing, and anew for each attempt", () => {
    const one = appendLiveText(undefined, { attempt: 1, offset: 0, text: "tea 🍵" });
    expect(one).toEqual({ attempt: 1, text: "tea 🍵", end: 5, preview: null });
    expect(appendLiveText(one, { attempt: 1, offset: 9, text: "two" }).text).toBe("tea 🍵…two");
    expect(appendLiveText(one, { attempt: 2, offset: 0, text: "new" }).text).toBe("new");
  });

  test("shows nothing live of a node that has ended", () => {
    const runs = new RunsStore();
    runs.merge(run("RUNNING", { a: "RUNNING" }));
    const data = { kind: "token", nodeId: "a", attempt: 1, offset: 0, text: "tea" };
    runs.applyEvent(RUN, event("a", "COMPLETED") as never);
    const before = runs.state.runs[RUN];
    runs.applyEvent(RUN, { type: "token", data } as never);
    expect(runs.state.runs[RUN]).toBe(before);
  });

  test("shows the newest preview of an attempt, until there is another attempt", () => {
    const runs = new RunsStore();
    runs.merge(run("RUNNING", { a: "RUNNING" }));
    const [first, second] = ["one", "two"].map((text) => ({ kind: "text", text }) as const);
    const hear = (attempt: number, value: typeof first) => {
      const data = { kind: "preview", nodeId: "a", attempt, value };
      runs.applyEvent(RUN, { type: "preview", data } as never);
      return runs.state.runs[RUN]?.live["a"];
    };
    expect(hear(1, first)).toMatchObject({ attempt: 1, preview: first });
    const newest = hear(1, second);
    expect(newest).toMatchObject({ attempt: 1, preview: second });
    expect(appendLiveText(newest, { attempt: 1, offset: 0, text: "x" }).preview).toEqual(second);
    expect(appendLiveText(newest, { attempt: 2, offset: 0, text: "x" }).preview).toBeNull();
  });
});
