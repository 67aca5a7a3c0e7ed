/** What differs in two graphs and runs, node by node: pure. */

import type { Value } from "../../generated/api";
import type { Change } from "../../graph/compare/graphs";
import { byId, type GraphNode, type Json, type NodeData } from "../../graph/document";
import { deepEqual } from "../../graph/equal";
import type { NodeTypeSpec } from "../../graph/node-types/catalogue";
import { type Field, formOf, valueOf } from "../../graph/node-types/form";
import { outputsOf } from "../../nodes/result/outputs";
import type { NodeRun, RunsState } from "../../stores/runs";
import type { ComparedSide, Comparison } from "../../stores/view";

interface NodeSide {
  node: GraphNode | undefined;
  run: NodeRun | undefined;
}

export interface NodeDifference {
  id: string;
  /** `result`: it is the same, and gave something else. */
  kind: Change | "result";
  before: NodeSide;
  after: NodeSide;
}

/** The nodes that differ, or gave something else, in their order. */
export function listDifferences(comparison: Comparison, runs: RunsState["runs"]): NodeDifference[] {
  const before = sideReader(comparison.before, runs);
  const after = sideReader(comparison.after, runs);
  return comparison.union.nodes.flatMap(({ id }) => {
    const [one, other] = [before(id), after(id)];
    const kind = comparison.nodeChanges.get(id) ?? (gaveOther(one.run, other.run) && "result");
    return kind ? [{ id, kind, before: one, after: other }] : [];
  });
}

function sideReader({ graph, runId }: ComparedSide, runs: RunsState["runs"]) {
  const nodes = byId(graph.nodes);
  const ran = runId === null ? undefined : runs[runId]?.nodes;
  return (id: string): NodeSide => ({ node: nodes.get(id), run: ran?.[id] });
}

/** Of a node that only one of the runs was about nothing is said. */
function gaveOther(before: NodeRun | undefined, after: NodeRun | undefined): boolean {
  if (!before || !after) return false;
  const given = ({ status, output, outputs, skipReason }: NodeRun) => ({
    ...{ status, output, outputs, skipReason },
  });
  return !deepEqual(given(before), given(after));
}

export interface ParamDifference {
  name: string;
  title: string;
  /** Undefined: it is no field of the form. */
  field: Field | undefined;
  before: Json;
  after: Json;
}

const TITLES: Record<string, string> = { label: "Name", settings: "More settings" };

/** What is typed differently; of what is not typed the default counts. */
export function changedParams(
  spec: NodeTypeSpec | undefined,
  before: NodeData,
  after: NodeData,
): ParamDifference[] {
  const fields = new Map(
    (spec ? formOf(spec) : []).flatMap((group) => group.fields.map((each) => [each.name, each])),
  );
  const names = new Set([...fields.keys(), ...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const field = fields.get(name);
    const read = (data: NodeData) => (field ? valueOf(field, data) : (data[name] ?? null));
    const [was, is] = [read(before), read(after)];
    if (deepEqual(was, is)) return [];
    const title = field?.title ?? TITLES[name] ?? name;
    return [{ name, title, field, before: was, after: is }];
  });
}

export interface OutputDifference {
  handle: string;
  /** Null: it is the only output. */
  title: string | null;
  before: Value | null;
  after: Value | null;
}

export function changedOutputs(
  spec: NodeTypeSpec | undefined,
  before: NodeRun | undefined,
  after: NodeRun | undefined,
): OutputDifference[] {
  const was = new Map((before ? outputsOf(before, spec) : []).map((each) => [each.handle, each]));
  const is = new Map((after ? outputsOf(after, spec) : []).map((each) => [each.handle, each]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((handle) => {
    const [one, other] = [was.get(handle), is.get(handle)];
    const [earlier, later] = [one?.value ?? null, other?.value ?? null];
    if (deepEqual(earlier, later)) return [];
    return [{ handle, title: (one ?? other)?.title ?? null, before: earlier, after: later }];
  });
}
