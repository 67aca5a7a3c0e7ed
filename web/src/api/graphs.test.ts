// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { edge, graph, node } from "../test/graphs";
import { refusing, stubFetch, storedWorkflow, unreachable } from "../test/server";
import { readWorkflow } from "./graphs";

test("a graph opens whatever node types it has, and keeps what is not known here", async () => {
  const later = { ...node("a", "of-a-later-server", { deep: { field: 1 } }), extent: "parent" };
  const was = graph([later, node("b")], [edge("a", "b")]);
  stubFetch(() => storedWorkflow(was, 7));
  expect(await readWorkflow(1)).toMatchObject({ id: 1, revision: 7, graph: was });
});

test.each([
  ["nobody answers", unreachable, { status: 0, retryable: true }],
  ["the server refuses", refusing(409), { status: 409, code: "refused", message: "No." }],
  ["an answer is no workflow", () => Response.json({ id: 1 }), { code: "not_understood" }],
  ["an answer is no JSON", () => new Response("<html>"), { code: "not_understood" }],
  ["a proxy answers", () => new Response("Bad gateway", { status: 502 }), { retryable: true }],
])("where %s, that is said", async (_, answer, error) => {
  stubFetch(answer);
  await expect(readWorkflow(1)).rejects.toMatchObject({ name: "ApiError", ...error });
});
