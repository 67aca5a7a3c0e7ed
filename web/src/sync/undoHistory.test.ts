// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { withData } from "../graph/document";
import {
  commit,
  currentGraph,
  openDocument,
  redo,
  stashAndShow,
  undo,
  useDocument,
} from "../stores/document";
import { graph, node } from "../test/graphs";
import { storeHistory, loadHistory } from "./undoHistory";

const start = graph([node("a"), node("b")]);

beforeEach(() => {
  sessionStorage.clear();
  openDocument(7, start);
});

/** The page is loaded anew; the server gives `stored`. */
function reload(stored = currentGraph()): void {
  storeHistory();
  openDocument(7, structuredClone(stored));
  loadHistory(7);
}

test("undo and redo go on after a reload", () => {
  commit((now) => withData(now, "a", { text: "one" }));
  commit((now) => withData(now, "b", { text: "two" }));
  undo();
  reload();
  expect(redo()).not.toBeNull();
  expect(currentGraph().nodes[1]?.data).toEqual({ text: "two" });
  undo();
  undo();
  expect(currentGraph().nodes).toEqual(start.nodes);
});

test("steps are forgotten if the workflow is another one by now", () => {
  commit((now) => withData(now, "a", { text: "one" }));
  reload(withData(start, "a", { text: "of somebody else" }));
  expect(useDocument.getState().undoStack).toEqual([]);
});

test("a reload while something older is looked at keeps the steps of the document", () => {
  commit((now) => withData(now, "a", { text: "one" }));
  const mine = currentGraph();
  stashAndShow(start);
  reload(mine);
  expect(undo()).not.toBeNull();
  expect(currentGraph().nodes).toEqual(start.nodes);
});
