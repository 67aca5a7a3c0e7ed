/** Changes of a graph as differences: what undo keeps, and what two editors are merged by. */

import { byId, type Graph, type GraphEdge, type GraphNode } from "./document";

/** One record before and after; null: it was not there, or is not there any more. */
export interface Change<T> {
  id: string;
  before: T | null;
  after: T | null;
  /** Where it stands among the others, so that undoing a deletion restores the order. */
  index: number;
}

/** Holds only what changed; the records themselves are shared with the graph. */
export interface Patch {
  nodes: Change<GraphNode>[];
  edges: Change<GraphEdge>[];
  name: { before: string; after: string } | null;
}

export function isEmpty(patch: Patch): boolean {
  return patch.nodes.length === 0 && patch.edges.length === 0 && patch.name === null;
}

/** What turns `before` into `after`; records are compared by identity. */
export function diff(before: Graph, after: Graph): Patch {
  return {
    nodes: before.nodes === after.nodes ? [] : changes(before.nodes, after.nodes),
    edges: before.edges === after.edges ? [] : changes(before.edges, after.edges),
    name: before.name === after.name ? null : { before: before.name, after: after.name },
  };
}

function changes<T extends { id: string }>(before: readonly T[], after: readonly T[]): Change<T>[] {
  const old = byId(before);
  const current = byId(after);
  const found: Change<T>[] = [];
  for (const [index, record] of before.entries()) {
    if (!current.has(record.id)) found.push({ id: record.id, before: record, after: null, index });
  }
  for (const [index, record] of after.entries()) {
    const was = old.get(record.id) ?? null;
    if (was !== record) found.push({ id: record.id, before: was, after: record, index });
  }
  return found;
}

export function apply(graph: Graph, patch: Patch): Graph {
  return {
    name: patch.name ? patch.name.after : graph.name,
    nodes: applyChanges(graph.nodes, patch.nodes),
    edges: applyChanges(graph.edges, patch.edges),
  };
}

function applyChanges<T extends { id: string }>(
  records: readonly T[],
  patch: readonly Change<T>[],
): readonly T[] {
  if (patch.length === 0) return records;
  const touched = new Map(patch.map((change) => [change.id, change]));
  const kept = records.flatMap((record) => {
    const change = touched.get(record.id);
    if (!change) return [record];
    touched.delete(record.id);
    return change.after ? [change.after] : [];
  });
  const added = [...touched.values()].sort((a, b) => a.index - b.index);
  for (const change of added) if (change.after) kept.splice(change.index, 0, change.after);
  return kept;
}

export function invert(patch: Patch): Patch {
  return {
    nodes: patch.nodes.map(invertChange),
    edges: patch.edges.map(invertChange),
    name: patch.name && { before: patch.name.after, after: patch.name.before },
  };
}

function invertChange<T>({ id, before, after, index }: Change<T>): Change<T> {
  return { id, before: after, after: before, index };
}

/** One patch that does both: keystrokes of one word are one step of undo. */
export function combine(first: Patch, second: Patch): Patch {
  return {
    nodes: combineChanges(first.nodes, second.nodes),
    edges: combineChanges(first.edges, second.edges),
    name: combineNames(first.name, second.name),
  };
}

function combineNames(first: Patch["name"], second: Patch["name"]): Patch["name"] {
  return first && second ? { before: first.before, after: second.after } : (second ?? first);
}

function combineChanges<T>(first: readonly Change<T>[], second: readonly Change<T>[]): Change<T>[] {
  const all = new Map(first.map((change) => [change.id, change]));
  for (const change of second) {
    const earlier = all.get(change.id);
    all.set(change.id, earlier ? { ...change, before: earlier.before } : change);
  }
  return [...all.values()].filter((change) => change.before !== change.after);
}
