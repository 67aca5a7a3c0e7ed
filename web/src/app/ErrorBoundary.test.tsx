// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { withData } from "../graph/document";
import { commit, currentGraph, documentStore, undo, useDocument } from "../stores/document";
import { graph, node } from "../test/graphs";
import { ErrorBoundary } from "./ErrorBoundary";

afterEach(cleanup);

/** Cannot draw what the document says. */
function Fragile() {
  const text = useDocument((state) => state.graph.nodes[0]?.data["text"]);
  if (text === "bad") throw new Error("No such shape");
  return <p>{typeof text === "string" ? text : "?"}</p>;
}

test("what cannot be drawn costs nothing of the document, and can be undone", () => {
  vi.spyOn(console, "error").mockReturnValue();
  documentStore.open(1, graph([node("a", "text", { text: "good" })]));
  commit((now) => withData(now, "a", { text: "bad" }));
  const ways = (again: () => void) => (
    <button
      type="button"
      onClick={() => {
        undo();
        again();
      }}
    >
      Undo
    </button>
  );
  render(
    <ErrorBoundary part="The canvas" actions={ways}>
      <Fragile />
    </ErrorBoundary>,
  );
  expect(screen.getByRole("alert").textContent).toContain("The canvas could not be drawn");
  expect(screen.getByText("No such shape")).toBeTruthy();
  expect(currentGraph().nodes[0]?.data["text"]).toBe("bad");
  fireEvent.click(screen.getByText("Draw it again"));
  expect(screen.getByText("No such shape")).toBeTruthy();
  fireEvent.click(screen.getByText("Undo"));
  expect(screen.getByText("good")).toBeTruthy();
});
