// A program as a user would write it with the types that were made from the OpenAPI document.
// `node run-workflow.js http://127.0.0.1:8000` stores a graph, runs it, waits, prints what came out.
import createClient from "openapi-fetch";
import type { components, paths } from "./nodeloom.js";

type Schemas = components["schemas"];
declare const process: { argv: string[] };
declare function setTimeout(done: () => void, milliseconds: number): unknown;

const client = createClient<paths>({ baseUrl: process.argv[2]! });

function text(id: string, words: string): Schemas["TextNode"] {
  return { id, type: "text", position: { x: 0, y: 0 }, data: { text: words } };
}

/** Nodes are told apart by their type; the compiler knows what the data of each is. */
function words(node: Schemas["Node"]): string {
  switch (node.type) {
    case "text":
      return node.data?.text ?? "";
    case "llm":
      return node.data?.userMessage ?? "";
    default:
      return "";
  }
}

/** Values are told apart by their kind. */
function shown(value: Schemas["Value"] | null): string {
  if (value === null) return "";
  switch (value.kind) {
    case "text":
      return value.text;
    case "number":
      return String(value.number);
    case "boolean":
      return String(value.boolean);
    case "json":
      return JSON.stringify(value.json);
    case "image":
    case "video":
    case "audio":
      return value.url;
    case "list":
      return value.items.map(shown).join("|");
  }
}

const missing = await client.GET("/api/workflows/{workflowId}", {
  params: { path: { workflowId: 999_999 } },
});
const code: Schemas["ErrorCode"] | undefined = missing.error?.code;
if (code !== "workflow_not_found") throw new Error(`unexpected: ${code}`);

const graph: Schemas["Graph"] = {
  name: "Greeting",
  nodes: [text("hello", "Good morning,"), text("name", "Kyoto"), text("both", "")],
  edges: [
    { id: "1", source: "hello", sourceHandle: "output", target: "both", targetHandle: "text" },
    { id: "2", source: "name", sourceHandle: "output", target: "both", targetHandle: "text" },
  ],
};
const stored = await client.POST("/api/workflows", { body: graph });
if (!stored.data) throw new Error(stored.error.detail);
if (stored.data.nodes.map(words).join("|") !== "Good morning,|Kyoto|") throw new Error("changed");

// What was read can be changed and sent back: nodes and edges have the same types.
const { id, name, nodes, edges, revision } = stored.data;
const changed = nodes.map((node) => (node.id === "name" ? text("name", "Osaka") : node));
const saved = await client.PUT("/api/workflows/{workflowId}", {
  params: { path: { workflowId: id }, header: { "If-Match": String(revision) } },
  body: { name, nodes: changed, edges },
});
if (!saved.data) throw new Error(saved.error.detail);

const started = await client.POST("/api/workflows/{workflowId}/runs", {
  params: { path: { workflowId: id }, header: { "Idempotency-Key": `greeting ${id}` } },
  body: { scope: { kind: "until", nodeId: "both" }, reuse: "never" },
});
if (!started.data) throw new Error(started.error.detail);
let run: Schemas["RunRead"] = started.data;
while (run.finishedAt === null) {
  await new Promise<void>((done) => setTimeout(done, 100));
  const read = await client.GET("/api/runs/{runId}", { params: { path: { runId: run.id } } });
  if (!read.data) throw new Error(read.error.detail);
  run = read.data;
}

const both = run.nodeExecutions.find((execution) => execution.nodeId === "both");
console.log(JSON.stringify({ status: run.status, text: shown(both?.output ?? null) }));
