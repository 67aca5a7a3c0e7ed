// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { VersionRead } from "../generated/api";
import { withData } from "../graph/document";
import { createStores } from "../stores/editorStores";
import { graph, node } from "../test/graphs";
import { type AskedRequest, storedWorkflow, stubFetch } from "../test/server";
import { EditorSession } from "./session";

const now = graph([node("a", "text", { text: "new" })]);
const old = graph([node("a", "text", { text: "old" }), node("b")]);
const VERSION = { revision: 2, createdAt: "2026-01-01T00:00:00Z", label: null } as VersionRead;

/** What the page asked of the server, and what that says. */
let asked: string[] = [];
let restoring: () => Response;
let saving: () => Response;
let reading: () => Response;

/** A version as the server answers it. */
function version(content: typeof now): Response {
  const about = {
    id: crypto.randomUUID(),
    workflowId: 1,
    revision: 2,
    createdAt: VERSION.createdAt,
  };
  return Response.json({
    ...about,
    ...{ viewport: { x: 0, y: 0, zoom: 1 }, inputs: [], outputs: [] },
    ...content,
  });
}

function answer({ method, path, headers }: AskedRequest): Response {
  const match = headers.get("If-Match");
  asked.push([method, path, match].filter(Boolean).join(" "));
  if (path.endsWith("/check")) return Response.json({ problems: [], warnings: [] });
  if (path.endsWith("/restore")) return restoring();
  if (path.endsWith("/versions/2")) return version(old);
  return method === "PUT" ? saving() : reading();
}

const saves = () => asked.filter((each) => /^(PUT|PATCH)/.test(each));

beforeEach(() => {
  asked = [];
  restoring = () => storedWorkflow(old, 6);
  reading = () => storedWorkflow(now, 5);
  stubFetch(answer);
});

function opened() {
  const { saver, preview, stores } = new EditorSession(createStores());
  stores.document.open(1, now);
  saver.start(1, "window", now, 5);
  saving = () => storedWorkflow(stores.document.state.graph, 6);
  return { saver, preview, ...stores };
}

describe("something older on the canvas", () => {
  test("cannot be changed and is never saved, and the document comes back as it was", async () => {
    const { document, preview, saver, view } = opened();
    document.commit((it) => withData(it, "a", { text: "mine" }));
    await preview.showVersion(1, VERSION);
    expect(saves()).toEqual(["PUT /api/workflows/1 5"]);
    expect(document.currentGraph().nodes).toHaveLength(2);
    document.commit((it) => withData(it, "a", { text: "changed in the past" }));
    expect(document.undo()).toBeNull();
    await saver.flush();
    expect(document.currentGraph().nodes[0]?.data).toEqual({ text: "old" });

    preview.close();
    expect([document.isReadOnly(), view.state.versionPreview]).toEqual([false, null]);
    expect(document.currentGraph().nodes[0]?.data).toEqual({ text: "mine" });
    await saver.flush();
    expect(saves()).toHaveLength(1);
    document.undo();
    expect(document.currentGraph()).toEqual(now);
  });

  test("is restored on top of what the server has, as a step of undo", async () => {
    const { document, preview, saver, server } = opened();
    await preview.showVersion(1, VERSION);
    await preview.restore("2");
    expect(asked).toContain("POST /api/workflows/1/versions/2/restore 5");
    expect(document.currentGraph()).toEqual(old);
    expect(server.state.revision).toBe(6);
    await saver.flush();
    expect(saves()).toEqual([]);
    document.undo();
    expect(document.currentGraph()).toEqual(now);
  });

  test("is not restored over what somebody else saved: people see both and choose", async () => {
    const { document, preview, saver, server } = opened();
    const theirs = graph([node("a", "text", { text: "of somebody else" })]);
    restoring = () => Response.json({ detail: "stale", code: "stale_revision" }, { status: 409 });
    reading = () => storedWorkflow(theirs, 6);
    await expect(preview.restore("2")).resolves.toBe(false);
    expect(server.state.save).toMatchObject({ kind: "conflict", theirs, revision: 6 });
    expect(document.currentGraph()).toEqual(old);
    await saver.flush();
    expect(saves()).toEqual([]);

    saver.resolveConflict("theirs");
    expect(document.currentGraph()).toEqual(theirs);
    document.undo();
    expect(document.currentGraph()).toEqual(old);
    document.undo();
    expect(document.currentGraph()).toEqual(now);
  });

  test("is not restored over what somebody else saved, also if that arrives by itself first", async () => {
    const { document, preview, saver, server } = opened();
    const theirs = graph([node("a", "text", { text: "of somebody else" })]);
    reading = () => storedWorkflow(theirs, 6);
    restoring = () => {
      void saver.onSavedElsewhere(1, { revision: 6, moved: false });
      return Response.json({ detail: "stale", code: "stale_revision" }, { status: 409 });
    };
    await expect(preview.restore("2")).resolves.toBe(false);
    expect(server.state.save).toMatchObject({ kind: "conflict", base: now, theirs });
    expect(document.currentGraph()).toEqual(old);
    saver.resolveConflict("theirs");
    document.undo();
    expect(document.currentGraph()).toEqual(old);
  });

  test("takes the place of what somebody else saved only if that is chosen", async () => {
    const { document, preview, saver } = opened();
    restoring = () => Response.json({ detail: "stale", code: "stale_revision" }, { status: 409 });
    reading = () => storedWorkflow(graph([node("c")]), 6);
    await preview.restore("2");
    saver.resolveConflict("mine");
    await saver.flush();
    expect(saves()).toEqual(["PUT /api/workflows/1 6"]);
    expect(document.currentGraph()).toEqual(old);
  });

  test("is not restored while the newest changes are only here", async () => {
    const { document, preview } = opened();
    saving = () => Response.json({ detail: "Too large.", code: "invalid_graph" }, { status: 422 });
    document.commit((it) => withData(it, "a", { text: "mine" }));
    await expect(preview.restore("2")).rejects.toThrow("not on the server yet");
    expect(asked.filter((each) => each.includes("restore"))).toEqual([]);
  });
});
