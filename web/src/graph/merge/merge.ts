/** Three-way merge of a graph that was changed in two places. */

import {
  byId,
  type Declarations,
  type Graph,
  type GraphEdge,
  type GraphNode,
  withDeclarations,
} from "../document";
import { deepEqual } from "../equal";

export type Side = "mine" | "theirs";

/** What one side did to one record. */
export interface RecordChange {
  record: "node" | "edge" | "name" | "declarations";
  id: string;
  change: "added" | "changed" | "deleted";
}

export interface Merge {
  /** Both changes together; where they collide, the preferred side's. */
  graph: Graph;
  mine: RecordChange[];
  theirs: RecordChange[];
  /** Ids of records that both sides changed, each in another way. */
  conflicts: string[];
}

export function merge(base: Graph, mine: Graph, theirs: Graph, prefer: Side): Merge {
  const nodes = mergeRecords("node", base.nodes, mine.nodes, theirs.nodes, prefer);
  const edges = mergeRecords("edge", base.edges, mine.edges, theirs.edges, prefer);
  const name = mergeField("name", base, mine, theirs, prefer);
  const declared = mergeField("declarations", base, mine, theirs, prefer);
  const ids = new Set(nodes.records.map((node) => node.id));
  const whole = edges.records.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  return {
    graph: {
      ...{ name: name.value, nodes: nodes.records, edges: whole },
      ...withDeclarations(ofNodes(declared.value, ids)),
    },
    mine: [...name.mine, ...declared.mine, ...nodes.mine, ...edges.mine],
    theirs: [...name.theirs, ...declared.theirs, ...nodes.theirs, ...edges.theirs],
    conflicts: [...name.conflicts, ...declared.conflicts, ...nodes.conflicts, ...edges.conflicts],
  };
}

interface Merged<T> extends Omit<Merge, "graph"> {
  records: T[];
}

function mergeRecords<T extends GraphNode | GraphEdge>(
  record: "node" | "edge",
  base: readonly T[],
  mine: readonly T[],
  theirs: readonly T[],
  prefer: Side,
): Merged<T> {
  const [was, my, their] = [byId(base), byId(mine), byId(theirs)];
  const merged: Merged<T> = { records: [], mine: [], theirs: [], conflicts: [] };
  for (const id of new Set([...theirs, ...mine, ...base].map((record) => record.id))) {
    const [a, b, c] = [was.get(id), my.get(id), their.get(id)];
    const [byMe, byThem] = [changeOf(record, id, a, b), changeOf(record, id, a, c)];
    if (byMe) merged.mine.push(byMe);
    if (byThem) merged.theirs.push(byThem);
    const both = byMe && byThem ? mergeRecord(a, b, c, prefer) : null;
    if (both?.collide) merged.conflicts.push(id);
    const winner = both ? both.record : byMe ? b : c;
    if (winner) merged.records.push(winner);
  }
  return merged;
}

/** A record that both sides changed: field by field, so that only the same field collides. */
function mergeRecord<T extends GraphNode | GraphEdge>(
  base: T | undefined,
  mine: T | undefined,
  theirs: T | undefined,
  prefer: Side,
): { record: T | undefined; collide: boolean } {
  if (deepEqual(mine, theirs)) return { record: theirs, collide: false };
  if (!base || !mine || !theirs) {
    return { record: prefer === "mine" ? mine : theirs, collide: true };
  }
  const record = mergeFields(base, mine, theirs, prefer);
  const data = mergeFields(base.data ?? {}, mine.data ?? {}, theirs.data ?? {}, prefer);
  const collisions = record.collisions.filter((name) => name !== "data" && name !== "position");
  const merged = mine.data || theirs.data ? { ...record.fields, data: data.fields } : record.fields;
  return { record: merged as T, collide: collisions.length + data.collisions.length > 0 };
}

/** The fields of three objects as one; where both changed one, the preferred side's. */
function mergeFields(base: object, mine: object, theirs: object, prefer: Side) {
  const valuesOf = (each: object) => new Map<string, unknown>(Object.entries(each));
  const [was, my, their] = [valuesOf(base), valuesOf(mine), valuesOf(theirs)];
  const fields: Record<string, unknown> = {};
  const collisions: string[] = [];
  for (const name of new Set([base, theirs, mine].flatMap(Object.keys))) {
    const [a, b, c] = [was.get(name), my.get(name), their.get(name)];
    const byMe = !deepEqual(a, b);
    const collide = byMe && !deepEqual(a, c) && !deepEqual(b, c);
    if (collide) collisions.push(name);
    const value: unknown = byMe && !(collide && prefer === "theirs") ? b : c;
    if (value !== undefined) fields[name] = value;
  }
  return { fields, collisions };
}

function changeOf<T>(
  record: "node" | "edge",
  id: string,
  before?: T,
  after?: T,
): RecordChange | null {
  if (deepEqual(before, after)) return null;
  const change = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
  return { record, id, change };
}

function mergeField<K extends "name" | "declarations">(
  field: K,
  base: Graph,
  mine: Graph,
  theirs: Graph,
  prefer: Side,
) {
  const change: RecordChange = { record: field, id: field, change: "changed" };
  const byMe = !deepEqual(mine[field], base[field]);
  const byThem = !deepEqual(theirs[field], base[field]);
  const collide = byMe && byThem && !deepEqual(mine[field], theirs[field]);
  return {
    value: (byMe && (!byThem || prefer === "mine") ? mine : theirs)[field],
    mine: byMe ? [change] : [],
    theirs: byThem ? [change] : [],
    conflicts: collide ? [field] : [],
  };
}

/** Those declarations that are about nodes that are there. */
function ofNodes(
  declarations: Declarations | undefined,
  ids: ReadonlySet<string>,
): Declarations | undefined {
  if (!declarations) return undefined;
  const isThere = ({ nodeId }: { nodeId: string }) => ids.has(nodeId);
  return {
    inputs: declarations.inputs.filter(isThere),
    outputs: declarations.outputs.filter(isThere),
  };
}
