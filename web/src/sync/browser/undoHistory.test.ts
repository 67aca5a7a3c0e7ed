// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { withData } from "../../graph/document";
import { DocumentStore } from "../../stores/document";
import { graph, node } from "../../test/graphs";
import { loadHistory, storeHistory } from "./undoHistory";

const start = graph([node("a"), node("b")]);

beforeEach(() => localStorage.clear());

function opened(workflowId = 7): DocumentStore {
  const document = new DocumentStore();
  document.open(workflowId, start);
  return document;
}

/** The page is loaded anew; the server gives `stored`. */
function reloaded(document: DocumentStore, stored = document.state.graph): DocumentStore {
  storeHistory(document);
  const next = new DocumentStore();
  next.open(7, structuredClone(stored));
  loadHistory(next, 7);
  return next;
}

test("undo and redo go on after a reload", () => {
  let document = opened();
  document.commit((now) => withData(now, "a", { text: "one" }));
  document.commit((now) => withData(now, "b", { text: "two" }));
  document.undo();
  document = reloaded(document);
  expect(document.redo()).not.toBeNull();
  expect(document.currentGraph().nodes[1]?.data).toEqual({ text: "two" });
  document.undo();
  document.undo();
  expect(document.currentGraph().nodes).toEqual(start.nodes);
});

test("steps are forgotten if the workflow is another one by now", () => {
  let document = opened();
  document.commit((now) => withData(now, "a", { text: "one" }));
  document = reloaded(document, withData(start, "a", { text: "of somebody else" }));
  expect(document.state.undoStack).toEqual([]);
});

test("a reload while something older is looked at keeps the steps of the document", () => {
  let document = opened();
  document.commit((now) => withData(now, "a", { text: "one" }));
  const mine = document.currentGraph();
  document.stashAndShow(start);
  document = reloaded(document, mine);
  expect(document.undo()).not.toBeNull();
  expect(document.currentGraph().nodes).toEqual(start.nodes);
});

test("steps of the workflows left last are kept, those of others make room", () => {
  for (const id of [1, 2, 3, 4, 5, 2]) {
    const document = opened(id);
    document.commit((now) => withData(now, "a", { text: `${id}` }));
    storeHistory(document);
  }
  const kept = Object.keys(localStorage).filter((key) => key.startsWith("nodeloom.undo."));
  expect(kept.sort()).toEqual([2, 3, 4, 5].map((id) => `nodeloom.undo.${id}`));
});
