// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../api/client";
import { type Graph, withData } from "../graph/document";
import { createStores } from "../stores/editorStores";
import { graph, node } from "../test/graphs";
import { FakeServer, refusing, unreachable } from "../test/server";
import { storeViewport } from "./canvasView";
import type { Draft } from "./browser/drafts";
import { EditorSession } from "./session";

const start = graph([node("a", "text", { text: "old" }), node("b")]);
const typed = (text: string, id = "a") => withData(start, id, { text });
const textOf = ({ nodes }: Graph) => nodes[0]?.data["text"];
const signal = () => new AbortController().signal;

let server: FakeServer;
let editor: EditorSession;

beforeEach(() => {
  localStorage.clear();
  server = new FakeServer(start);
  editor = new EditorSession(createStores());
});

afterEach(async () => {
  editor.saver.stop();
  for (const { windowId } of await editor.drafts.list(1)) await editor.drafts.delete(1, windowId);
});

/** Edits that a window left behind on this machine. */
async function leftBehind(windowId: string, graph: Graph, base = start): Promise<void> {
  const viewport = { x: 0, y: 0, zoom: 1 };
  const draft: Draft = { workflowId: 1, windowId, base, revision: 5, graph, viewport, at: 1 };
  await editor.drafts.save(draft);
}

describe("a workflow is opened", () => {
  test("as the server has it, with its problems", async () => {
    server.problems = [
      {
        code: "missing_source",
        message: "A.",
        nodeId: "a",
        edgeId: null,
        port: null,
        param: null,
        input: null,
      },
    ];
    await editor.open(1, signal());
    const { document, server: known, session } = editor.stores;
    expect(document.state).toMatchObject({ workflowId: 1, graph: start, undoStack: [] });
    expect(known.state).toMatchObject({ revision: 5, save: { kind: "saved" } });
    expect(known.state.problems).toHaveLength(1);
    expect(session.state.viewport).toEqual({ x: 0, y: 0, zoom: 1 });
  });

  test("where people were looking on this machine", async () => {
    storeViewport(1, { x: 7, y: 8, zoom: 2 });
    await editor.open(1, signal());
    expect(editor.stores.session.state.viewport).toEqual({ x: 7, y: 8, zoom: 2 });
  });

  test("with the edits that this window could not send, which are sent now", async () => {
    await leftBehind(await editor.window.id, typed("mine"));
    await editor.open(1, signal());
    expect(textOf(editor.stores.document.state.graph)).toBe("mine");
    await editor.saver.flush();
    expect(textOf(server.graph)).toBe("mine");
  });

  test("with the edits of a window that is closed by now, which are taken once", async () => {
    await leftBehind("closed", typed("of another window"));
    await editor.open(1, signal());
    expect(textOf(editor.stores.document.state.graph)).toBe("of another window");
    expect((await editor.drafts.list(1)).map(({ windowId }) => windowId)).not.toContain("closed");
  });

  test("without a conflict if both sides did the same since", async () => {
    await leftBehind(await editor.window.id, typed("both"));
    server.savedElsewhere(typed("both"));
    await editor.open(1, signal());
    expect(editor.stores.server.state).toMatchObject({ revision: 6, save: { kind: "saved" } });
  });

  test("with both sides shown if the two went apart", async () => {
    await leftBehind(await editor.window.id, typed("mine"));
    server.savedElsewhere(typed("theirs"));
    await editor.open(1, signal());
    const { save } = editor.stores.server.state;
    expect(save).toMatchObject({ kind: "conflict", base: start, theirs: typed("theirs") });
    expect(textOf(editor.stores.document.state.graph)).toBe("mine");
  });
});

describe("without the server", () => {
  test("the copy on this machine is opened, and people are told", async () => {
    server.instead = unreachable;
    await leftBehind(await editor.window.id, typed("mine"));
    await editor.open(1, signal());
    expect(textOf(editor.stores.document.state.graph)).toBe("mine");
    expect(editor.stores.session.state.notices[0]?.text).toContain("cannot be reached");
  });

  test("nothing is opened if there is no copy", async () => {
    server.instead = unreachable;
    await expect(editor.open(1, signal())).rejects.toThrow(ApiError);
  });

  test("a workflow that is gone is gone, whatever is on this machine", async () => {
    server.instead = refusing(404);
    await leftBehind(await editor.window.id, typed("mine"));
    await expect(editor.open(1, signal())).rejects.toThrow("No.");
  });
});

test("an opening that was given up changes nothing", async () => {
  const stop = new AbortController();
  const opening = editor.open(1, stop.signal);
  stop.abort();
  await opening;
  expect(editor.stores.document.state.workflowId).toBeNull();
});

test("two editors have a workflow each", async () => {
  const other = new EditorSession(createStores());
  await Promise.all([editor.open(1, signal()), other.open(2, signal())]);
  editor.stores.document.commit(() => typed("mine"));
  expect(other.stores.document.state).toMatchObject({ workflowId: 2, graph: start });
  other.saver.stop();
});

test("while the page is open it saves when the network is back and when it is left", async () => {
  await editor.open(1, signal());
  const stop = editor.listen();
  for (const [event, text] of [
    ["online", "one"],
    ["pagehide", "two"],
  ] as const) {
    editor.stores.document.commit(() => typed(text));
    dispatchEvent(new Event(event));
    await vi.waitFor(() => expect(textOf(server.graph)).toBe(text));
  }
  stop();
});
