/** What makes a workflow a function: which params calls give, and which outputs are results. Pure. */

import type { DeclaredInput, DeclaredOutput } from "../../generated/api";
import {
  type Graph,
  type Json,
  NO_DECLARATIONS,
  OUTPUT_HANDLE,
  withDeclarations,
} from "../document";

const MAX_NAME_LENGTH = 63;
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Whether an input or a result may be called so. */
export function isDeclaredName(name: string): boolean {
  return NAME.test(name);
}

export function findInput(graph: Graph, nodeId: string, param: string): DeclaredInput | undefined {
  return graph.declarations?.inputs.find((each) => each.nodeId === nodeId && each.param === param);
}

export function findOutput(
  graph: Graph,
  nodeId: string,
  handle = OUTPUT_HANDLE,
): DeclaredOutput | undefined {
  return graph.declarations?.outputs.find(
    (each) => each.nodeId === nodeId && (each.handle ?? OUTPUT_HANDLE) === handle,
  );
}

/** What is typed for each declared input, as a call would give it; what is empty is left out. */
export function typedInputs({ declarations, nodes }: Graph): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const { name, nodeId, param } of declarations?.inputs ?? []) {
    const typed = nodes.find((node) => node.id === nodeId)?.data[param] ?? null;
    const value = isSource(typed) ? fileReference(typed) : typed;
    if (value !== null && value !== "") values[name] = value;
  }
  return values;
}

function isSource(value: Json): value is { kind: string } & Record<string, Json> {
  return typeof value === "object" && value !== null && "kind" in value;
}

function fileReference({ assetId, url }: Record<string, Json>): Json {
  return assetId ? { assetId } : url ? { url } : null;
}

/** Declares a param an input, called after `title`. */
export function declareInput(graph: Graph, nodeId: string, param: string, title: string): Graph {
  const { inputs, outputs } = graph.declarations ?? NO_DECLARATIONS;
  if (findInput(graph, nodeId, param)) return graph;
  const name = freeName(title, inputs);
  return {
    ...graph,
    declarations: { inputs: [...inputs, { name, nodeId, param, title }], outputs },
  };
}

/** Declares an output of a node a result, called after `title`. */
export function declareOutput(graph: Graph, nodeId: string, handle: string, title: string): Graph {
  const { inputs, outputs } = graph.declarations ?? NO_DECLARATIONS;
  if (findOutput(graph, nodeId, handle)) return graph;
  const other = handle === OUTPUT_HANDLE ? {} : { handle };
  const output = { name: freeName(title, outputs), nodeId, title, ...other };
  return { ...graph, declarations: { inputs, outputs: [...outputs, output] } };
}

/** Changes the input or result of a name; what is undefined is taken away. */
export function changeDeclared(
  graph: Graph,
  kind: "inputs" | "outputs",
  name: string,
  changes: Partial<Record<keyof DeclaredInput, unknown>>,
): Graph {
  return replaceDeclared(graph, kind, (declared) =>
    declared.map((each) => {
      if (each.name !== name) return each;
      const entries = Object.entries({ ...each, ...changes });
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as typeof each;
    }),
  );
}

export function removeDeclared(graph: Graph, kind: "inputs" | "outputs", name: string): Graph {
  return replaceDeclared(graph, kind, (declared) => declared.filter((each) => each.name !== name));
}

/** Moves one a place up (-1) or down (1) in the order in which callers see them. */
export function moveDeclared(
  graph: Graph,
  kind: "inputs" | "outputs",
  name: string,
  by: -1 | 1,
): Graph {
  return replaceDeclared(graph, kind, (declared) => {
    const from = declared.findIndex((each) => each.name === name);
    const other = declared[from + by];
    const moved = declared[from];
    if (!moved || !other) return declared;
    return declared.with(from, other).with(from + by, moved);
  });
}

function replaceDeclared(
  graph: Graph,
  kind: "inputs" | "outputs",
  change: <T extends { name: string }>(declared: readonly T[]) => readonly T[],
): Graph {
  const { inputs, outputs } = graph.declarations ?? NO_DECLARATIONS;
  const declared =
    kind === "inputs" ? { inputs: change(inputs), outputs } : { inputs, outputs: change(outputs) };
  const { name, nodes, edges } = graph;
  return { name, nodes, edges, ...withDeclarations(declared) };
}

/** "product_name" as people write it. */
export function readableName(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A name that a program can use, made of a title: “Product text” is product_text. */
export function freeName(
  title: string,
  taken: readonly { name: string }[],
  otherwise = "value",
): string {
  const plain = title.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  const words = plain.replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "");
  const stem = (words || otherwise).slice(0, MAX_NAME_LENGTH - 3);
  const names = new Set(taken.map((each) => each.name));
  let name = stem;
  for (let count = 2; names.has(name); count += 1) name = `${stem}_${count}`;
  return name;
}
