// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Graph, withData, withPositions } from "../graph/document";
import { createStores } from "../stores/editorStores";
import { graph, node } from "../test/graphs";
import { FakeServer, refusing, unreachable } from "../test/server";
import { EditorSession } from "./session";

const start = graph([node("a", "text", { text: "old" }), node("b")]);
const typed = (graph: Graph, text: string, id = "a") => withData(graph, id, { text });
const moved = (graph: Graph) => withPositions(graph, new Map([["b", { x: 40, y: 2 }]]));

let server: FakeServer;
const opened: EditorSession[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  server = new FakeServer(start);
});

afterEach(async () => {
  for (const editor of opened.splice(0)) {
    editor.saver.stop();
    for (const draft of await editor.drafts.list(1)) {
      await editor.drafts.delete(1, draft.windowId);
    }
  }
  vi.useRealTimers();
});

/** A window with the workflow open in it. */
function openedIn(windowId: string) {
  const editor = new EditorSession(createStores());
  opened.push(editor);
  editor.stores.document.open(1, start);
  editor.saver.start(1, windowId, start, 5);
  const { document, server: known } = editor.stores;
  return {
    ...{ document, drafts: editor.drafts, saver: editor.saver },
    state: () => known.state.save.kind,
    known,
  };
}

/** The text of node a, as the graph has it. */
const textOf = ({ nodes }: Graph) => nodes[0]?.data["text"];

describe("what is typed", () => {
  test("is sent once, a moment after the last keystroke, and checked", async () => {
    const { document, known, state } = openedIn("one");
    for (const text of ["n", "ne", "new"]) document.commit((it) => typed(it, text));
    expect(state()).toBe("waiting");
    await vi.advanceTimersByTimeAsync(800);
    expect(state()).toBe("saved");
    const asked = ["PUT /api/workflows/1 5", "POST /api/workflows/1/check"];
    await vi.waitFor(() => expect(server.asked).toEqual(asked));
    expect([known.state.revision, textOf(server.graph)]).toEqual([6, "new"]);
  });

  test("is kept on this machine until the server has it", async () => {
    const { document, drafts, saver } = openedIn("one");
    document.commit((it) => typed(it, "new"));
    await vi.advanceTimersByTimeAsync(100);
    const [draft] = await vi.waitFor(async () => {
      const found = await drafts.list(1);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(draft).toMatchObject({ windowId: "one", revision: 5, base: start });
    await saver.flush();
    await vi.waitFor(async () => expect(await drafts.list(1)).toEqual([]));
  });

  test("while a save is under way goes with the next one", async () => {
    const { document, saver, state } = openedIn("one");
    document.commit((it) => typed(it, "one"));
    const first = saver.flush();
    document.commit((it) => typed(it, "two"));
    await first;
    expect(state()).toBe("waiting");
    await saver.flush();
    expect(server.saves).toEqual(["PUT /api/workflows/1 5", "PUT /api/workflows/1 6"]);
    expect(textOf(server.graph)).toBe("two");
  });
});

test("moves alone take the short path, which needs no revision", async () => {
  const { document, saver, state } = openedIn("one");
  document.commit(moved);
  await saver.flush();
  expect(server.saves).toEqual(["PATCH /api/workflows/1/positions"]);
  expect(state()).toBe("saved");
  expect(server.graph).toEqual(moved(start));
});

test("with nothing to save nothing is asked", async () => {
  const { saver } = openedIn("one");
  await saver.flush();
  expect(server.asked).toEqual([]);
});

describe("without the server", () => {
  test.each([
    ["that cannot be reached", unreachable],
    ["that is overloaded", refusing(503)],
    ["that asks for patience", refusing(429)],
  ])("%s, changes wait and are sent when it is back", async (_, instead) => {
    const { document, state } = openedIn("one");
    server.instead = instead;
    document.commit((it) => typed(it, "new"));
    await vi.advanceTimersByTimeAsync(800);
    expect(state()).toBe("offline");
    document.commit((it) => typed(it, "newer"));
    expect(state()).toBe("offline");
    await vi.advanceTimersByTimeAsync(800);
    expect(server.saves).toHaveLength(2);
    server.instead = null;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(state()).toBe("saved");
    expect(textOf(server.graph)).toBe("newer");
  });

  test("coming back saves at once", async () => {
    const { document, saver, state } = openedIn("one");
    server.instead = unreachable;
    document.commit((it) => typed(it, "new"));
    await saver.flush();
    server.instead = null;
    await saver.flush(); // what the page does when the network is there again
    expect(state()).toBe("saved");
  });
});

test("what the server refuses is not sent again until it changes, and says why", async () => {
  const { document, known, saver, state } = openedIn("one");
  const problem = { code: "malformed", message: "A is no node.", nodeId: "a" };
  server.instead = refusing(422, {
    problems: [{ ...problem, edgeId: null, port: null, param: null, input: null }],
  });
  document.commit((it) => typed(it, "new"));
  await saver.flush();
  expect(known.state.save).toEqual({ kind: "refused", reason: "No. A is no node." });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.saves).toHaveLength(1);
  server.instead = null;
  document.commit((it) => typed(it, "better"));
  await vi.advanceTimersByTimeAsync(800);
  expect(state()).toBe("saved");
});

describe("when somebody else saved", () => {
  const theirs = typed(start, "theirs");

  test("the two are shown, and nothing more is sent until one is chosen", async () => {
    const { document, known, saver } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(theirs);
    await saver.flush();
    expect(known.state.save).toMatchObject({ kind: "conflict", base: start, theirs, revision: 6 });
    document.commit((it) => typed(it, "mine, still"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.saves).toEqual(["PUT /api/workflows/1 5"]);
  });

  test("mine overwrites, knowing what it overwrites", async () => {
    const { document, saver, state } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(theirs);
    await saver.flush();
    saver.resolveConflict("mine");
    await saver.flush();
    expect([state(), textOf(server.graph), server.revision]).toEqual(["saved", "mine", 7]);
  });

  test("theirs replaces, as a step that can be undone", async () => {
    const { document, saver, state } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(theirs);
    await saver.flush();
    saver.resolveConflict("theirs");
    await vi.advanceTimersByTimeAsync(800);
    expect([state(), textOf(document.state.graph)]).toEqual(["saved", "theirs"]);
    expect(server.saves).toHaveLength(1);
    document.undo();
    expect(textOf(document.state.graph)).toBe("mine");
  });

  test("changes that do not touch each other are merged, and nobody is asked", async () => {
    const { document, state } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(typed(start, "theirs", "b"));
    await vi.advanceTimersByTimeAsync(800);
    await vi.waitFor(() => expect(state()).toBe("saved"));
    expect(server.graph.nodes.map(({ data }) => data["text"])).toEqual(["mine", "theirs"]);
    expect(document.state.graph).toEqual(server.graph);
    document.undo();
    expect(document.state.graph.nodes.map(({ data }) => data["text"])).toEqual(["old", "theirs"]);
  });

  test("once more, theirs is what they saved last", async () => {
    const { document, known, saver } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(theirs);
    await saver.flush();
    server.savedElsewhere(typed(start, "theirs, later"));
    await saver.onSavedElsewhere(1, { revision: 7, moved: false });
    expect(known.state.save).toMatchObject({ kind: "conflict", base: start, revision: 7 });
    saver.resolveConflict({ merged: "theirs" });
    expect(textOf(document.state.graph)).toBe("theirs, later");
  });

  test("the same is no conflict", async () => {
    const { document, known, saver } = openedIn("one");
    document.commit((it) => typed(it, "both"));
    server.savedElsewhere(typed(start, "both"));
    await saver.flush();
    expect([known.state.save.kind, known.state.revision]).toEqual(["saved", 6]);
  });

  test("without a change of content, mine goes through", async () => {
    const { document, state } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(moved(start));
    await vi.advanceTimersByTimeAsync(800);
    expect(state()).toBe("saved");
    expect(server.saves).toEqual(["PUT /api/workflows/1 5", "PUT /api/workflows/1 6"]);
  });

  test("and the server is away when it is asked what, that is tried again", async () => {
    const { document, state } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(theirs);
    let answers = [refusing(409), unreachable];
    server.instead = () => (answers.shift() ?? refusing(503))();
    await vi.advanceTimersByTimeAsync(800);
    expect(state()).toBe("saving");
    answers = [];
    server.instead = null;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(state()).toBe("conflict");
  });
});

describe("what is saved elsewhere", () => {
  const told = (revision: number, moved = false) => ({ revision, moved });

  test("is taken over at once, and is no step of undo", async () => {
    const { document, known, saver } = openedIn("one");
    server.savedElsewhere(typed(start, "theirs"));
    await saver.onSavedElsewhere(1, told(6));
    expect(textOf(document.state.graph)).toBe("theirs");
    expect([known.state.revision, document.state.undoStack]).toEqual([6, []]);
  });

  test("is taken over, too, where only nodes were moved", async () => {
    const { document, saver } = openedIn("one");
    server.graph = moved(start);
    await saver.onSavedElsewhere(1, told(5, true));
    expect(document.state.graph).toEqual(moved(start));
  });

  test("waits for what is unsaved here, and is merged or found to collide by that", async () => {
    const { document, saver, state } = openedIn("two");
    document.commit((it) => typed(it, "mine"));
    server.savedElsewhere(typed(start, "theirs"));
    await saver.onSavedElsewhere(1, told(6));
    expect(textOf(document.state.graph)).toBe("mine");
    await saver.flush();
    expect(state()).toBe("conflict");
  });

  test("while something is saved here is taken over after that", async () => {
    const { document, saver } = openedIn("one");
    document.commit((it) => typed(it, "mine"));
    const saving = saver.flush();
    await saver.onSavedElsewhere(1, told(7));
    await saving;
    expect(server.asked.filter((each) => each.startsWith("GET"))).toEqual(["GET /api/workflows/1"]);
  });

  test("is not read if it is another workflow, or known", async () => {
    const { saver } = openedIn("two");
    await saver.onSavedElsewhere(1, told(5));
    await saver.onSavedElsewhere(2, told(9));
    expect(server.asked).toEqual([]);
  });
});

test("a window that is seen again takes over what is newer", async () => {
  const { document, saver } = openedIn("one");
  await saver.refreshIfStale();
  expect(server.asked).toEqual(["GET /api/workflows/1"]);
  server.savedElsewhere(typed(start, "newer"));
  await saver.refreshIfStale();
  expect(textOf(document.state.graph)).toBe("newer");
});

test("what is not saved when the workflow is left stays on this machine", async () => {
  const { document, drafts, saver } = openedIn("one");
  server.instead = unreachable;
  document.commit((it) => typed(it, "new"));
  saver.stop();
  await vi.waitFor(async () => {
    const [draft] = await drafts.list(1);
    expect(draft && textOf(draft.graph)).toBe("new");
  });
});
