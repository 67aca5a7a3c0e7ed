import { expect, test } from "vitest";
import type { Problem } from "../../../generated/api";
import { CATALOGUE } from "../../../test/graphs";
import { problemsByPlace } from "./problemPlaces";

function problem(message: string, at: Partial<Problem> = {}): Problem {
  const nowhere = { nodeId: null, edgeId: null, port: null, param: null, input: null };
  return { code: "malformed", message, ...nowhere, ...at };
}

const DOCUMENT = {
  nodes: [
    { id: "b", type: "text", data: { label: "Brief", text: 5 } },
    { id: "c", type: "crop" },
    7,
  ],
  edges: [{ id: "e", source: "b", target: "gone" }],
};

test("every problem stands under the node and the field, the connection or the workflow", () => {
  const problems = [
    problem("“Brief”: “text” must be text.", { nodeId: "b", param: "text" }),
    problem("“Brief”: “colour” is unknown.", { nodeId: "b" }),
    problem("“Image” of “crop c” needs an image.", { nodeId: "c", port: "image" }),
    problem("It ends nowhere.", { edgeId: "e" }),
    problem("Node number 3 must be an object."),
  ];
  expect(problemsByPlace(problems, DOCUMENT, CATALOGUE)).toEqual([
    { place: "Brief, Text", messages: ["“text” must be text."] },
    { place: "Brief", messages: ["“colour” is unknown."] },
    { place: "Crop, Image", messages: ["“Image” of “Crop” needs an image."] },
    { place: "A connection from Brief", messages: ["It ends nowhere."] },
    { place: "The workflow", messages: ["Node number 3 must be an object."] },
  ]);
});

test("names are found where other programs put the graph, and nowhere in what is no graph", () => {
  const problems = [problem("Wrong.", { nodeId: "b" })];
  const [found] = problemsByPlace(problems, { flow: DOCUMENT }, CATALOGUE);
  expect(found?.place).toBe("Brief");
  for (const document of [null, 5, [], { nodes: "b" }]) {
    expect(problemsByPlace(problems, document, CATALOGUE)[0]?.place).toBe("A node");
  }
});
