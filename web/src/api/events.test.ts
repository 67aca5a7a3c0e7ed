// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { stubFetch } from "../test/server";
import type { RunStatus } from "../generated/api";
import { followRun, readEvent, type RunEvent } from "./events";
import { isTerminal } from "./status";

const ID = "00000000-0000-4000-8000-000000000001";
const run = (status: string) =>
  JSON.stringify({
    kind: "run",
    runId: ID,
    status,
    error: null,
    pausing: false,
    at: "2026-01-01T00:00:00Z",
  });
const TEXT = `retry: 1000\n\nid: 1\nevent: run\ndata: ${run("RUNNING")}\n\n: still here\n\nid: 2\nevent: later\ndata: {}\n\nid: 3\nevent: run\ndata: ${run("COMPLETED")}\n\n`;

/** An answer whose bytes come in pieces of this size. */
function inPieces(text: string, size: number): Response {
  const bytes = new TextEncoder().encode(text);
  return new Response(
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) {
          controller.enqueue(bytes.slice(at, at + size));
        }
        controller.close();
      },
    }),
  );
}

async function follow(answers: Response[]) {
  const asked: (string | null)[] = [];
  stubFetch(({ headers }) => {
    asked.push(headers.get("Last-Event-ID"));
    return answers.shift() ?? new Response(null, { status: 204 });
  });
  const events: RunEvent[] = [];
  await new Promise<void>((onEnd) => {
    const listener = { onEvent: (event: RunEvent) => events.push(event), onEnd };
    void followRun(ID, listener, new AbortController().signal);
  });
  return { asked, statuses: events.map(({ data }) => "status" in data && data.status) };
}

afterEach(() => vi.useRealTimers());

test.each([1, 2, 7, 1000])("events are read whole from pieces of %s bytes", async (size) => {
  const { asked, statuses } = await follow([inPieces(TEXT, size)]);
  expect(statuses).toEqual(["RUNNING", "COMPLETED"]);
  expect(asked).toEqual([null]);
});

test("a stream that breaks off goes on after the last event that was read", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 1000 });
  const broken = TEXT.slice(0, TEXT.indexOf("id: 3"));
  const { asked, statuses } = await follow([inPieces(broken, 9), inPieces(TEXT, 9)]);
  expect(statuses).toEqual(["RUNNING", "RUNNING", "COMPLETED"]);
  expect(asked).toEqual([null, "2"]);
});

test("a pause does not end the stream", async () => {
  const paused = TEXT.replace("event: later\ndata: {}", `event: run\ndata: ${run("WAITING")}`);
  const { asked, statuses } = await follow([inPieces(paused, 1000)]);
  expect(statuses).toEqual(["RUNNING", "WAITING", "COMPLETED"]);
  expect(asked).toEqual([null]);
});

test("no state but these is taken for an end", () => {
  const states = ["PENDING", "RUNNING", "WAITING", "LATER"] as RunStatus[];
  expect(states.filter(isTerminal)).toEqual([]);
  expect((["COMPLETED", "FAILED", "CANCELLED"] as const).every(isTerminal)).toBe(true);
});

test("events of unknown names or shapes are passed over", () => {
  expect(readEvent({ event: "later", data: "{}" })).toBeNull();
  expect(readEvent({ event: "run", data: "{}" })).toBeNull();
});
