// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { VersionRead } from "../api/versions";
import { withData } from "../graph/document";
import { commit, currentGraph, isReadOnly, openDocument, undo } from "../stores/document";
import { useView } from "../stores/view";
import { useServer } from "../stores/server";
import { graph, node } from "../test/graphs";
import { closeVersionPreview, previewVersion, restore } from "./versionPreview";
import { startSaving, flush, resolveConflict, stopSaving } from "./save";

const now = graph([node("a", "text", { text: "new" })]);
const old = graph([node("a", "text", { text: "old" }), node("b")]);
const VERSION = { revision: 2, createdAt: "2026-01-01T00:00:00Z", label: null } as VersionRead;

/** What the page asked of the server, and what that says. */
let asked: string[] = [];
let restoring: () => Response;
let saving: () => Response;
let reading: () => Response;

const workflow = (content: typeof now, revision: number) =>
  Response.json({
    ...{ id: 1, revision, viewport: { x: 0, y: 0, zoom: 1 } },
    ...{ updatedAt: VERSION.createdAt, ...content },
  });

function answer(path: string, { method = "GET", headers }: RequestInit = {}): Response {
  const match = new Headers(headers).get("If-Match");
  asked.push([method, path, match].filter(Boolean).join(" "));
  if (path.endsWith("/check")) return Response.json({ problems: [] });
  if (path.endsWith("/restore")) return restoring();
  if (path.endsWith("/versions/2")) return Response.json({ id: "v", revision: 2, ...old });
  return method === "PUT" ? saving() : reading();
}

const saves = () => asked.filter((each) => /^(PUT|PATCH)/.test(each));

beforeEach(() => {
  asked = [];
  restoring = () => workflow(old, 6);
  saving = () => workflow(currentGraph(), 6);
  reading = () => workflow(now, 5);
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => Promise.resolve(answer(path, init)));
  openDocument(1, now);
  startSaving(1, "window", now, 5);
});

afterEach(() => {
  closeVersionPreview();
  stopSaving();
});

describe("something older on the canvas", () => {
  test("cannot be changed and is never saved, and the document comes back as it was", async () => {
    commit((it) => withData(it, "a", { text: "mine" }));
    await previewVersion(1, VERSION);
    expect(saves()).toEqual(["PUT /api/workflows/1 5"]);
    expect(currentGraph().nodes).toHaveLength(2);
    commit((it) => withData(it, "a", { text: "changed in the past" }));
    expect(undo()).toBeNull();
    await flush();
    expect(currentGraph().nodes[0]?.data).toEqual({ text: "old" });

    closeVersionPreview();
    expect([isReadOnly(), useView.getState().versionPreview]).toEqual([false, null]);
    expect(currentGraph().nodes[0]?.data).toEqual({ text: "mine" });
    await flush();
    expect(saves()).toHaveLength(1);
    undo();
    expect(currentGraph()).toEqual(now);
  });

  test("is restored on top of what the server has, as a step of undo", async () => {
    await previewVersion(1, VERSION);
    await restore("2");
    expect(asked).toContain("POST /api/workflows/1/versions/2/restore 5");
    expect(currentGraph()).toEqual(old);
    expect(useServer.getState().revision).toBe(6);
    await flush();
    expect(saves()).toEqual([]);
    undo();
    expect(currentGraph()).toEqual(now);
  });

  test("is not restored over what somebody else saved: people see both and choose", async () => {
    const theirs = graph([node("a", "text", { text: "of somebody else" })]);
    restoring = () => Response.json({ detail: "stale", code: "stale_revision" }, { status: 409 });
    reading = () => workflow(theirs, 6);
    await expect(restore("2")).resolves.toBe(false);
    expect(useServer.getState().save).toMatchObject({ kind: "conflict", theirs, revision: 6 });
    expect(currentGraph()).toEqual(old);
    await flush();
    expect(saves()).toEqual([]);

    resolveConflict("theirs");
    expect(currentGraph()).toEqual(theirs);
    undo();
    expect(currentGraph()).toEqual(old);
    undo();
    expect(currentGraph()).toEqual(now);
  });

  test("takes the place of what somebody else saved only if that is chosen", async () => {
    restoring = () => Response.json({ detail: "stale", code: "stale_revision" }, { status: 409 });
    reading = () => workflow(graph([node("c")]), 6);
    await restore("2");
    resolveConflict("mine");
    await flush();
    expect(saves()).toEqual(["PUT /api/workflows/1 6"]);
    expect(currentGraph()).toEqual(old);
  });

  test("is not restored while the newest changes are only here", async () => {
    saving = () => Response.json({ detail: "Too large.", code: "invalid_graph" }, { status: 422 });
    commit((it) => withData(it, "a", { text: "mine" }));
    await expect(restore("2")).rejects.toThrow("not on the server yet");
    expect(asked.filter((each) => each.includes("restore"))).toEqual([]);
  });
});
