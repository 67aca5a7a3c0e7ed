/** Changes of a graph as differences: what undo keeps, and what two editors are merged by. */

import {
  byId,
  type Declarations,
  type Graph,
  type GraphEdge,
  type GraphNode,
  withDeclarations,
} from "./document";

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
  name: Replacement<string> | null;
  declarations: Replacement<Declarations | undefined> | null;
}

interface Replacement<T> {
  before: T;
  after: T;
}

export function isEmpty(patch: Patch): boolean {
  const records = patch.nodes.length + patch.edges.length;
  return records === 0 && patch.name === null && patch.declarations === null;
}

/** What turns `before` into `after`; records are compared by identity. */
export function diff(before: Graph, after: Graph): Patch {
  return {
    nodes: before.nodes === after.nodes ? [] : changes(before.nodes, after.nodes),
    edges: before.edges === after.edges ? [] : changes(before.edges, after.edges),
    name: replacement(before.name, after.name),
    declarations: replacement(before.declarations, after.declarations),
  };
}

function replacement<T>(before: T, after: T): Replacement<T> | null {
  return before === after ? null : { before, after };
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
    ...withDeclarations(patch.declarations ? patch.declarations.after : graph.declarations),
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
    name: invertReplacement(patch.name),
    declarations: invertReplacement(patch.declarations),
  };
}

function invertReplacement<T>(change: Replacement<T> | null): Replacement<T> | null {
  return change && { before: change.after, after: change.before };
}

function invertChange<T>({ id, before, after, index }: Change<T>): Change<T> {
  return { id, before: after, after: before, index };
}

/** One patch that does both: keystrokes of one word are one step of undo. */
export function combine(first: Patch, second: Patch): Patch {
  return {
    nodes: combineChanges(first.nodes, second.nodes),
    edges: combineChanges(first.edges, second.edges),
    name: combineReplacements(first.name, second.name),
    declarations: combineReplacements(first.declarations, second.declarations),
  };
}

function combineReplacements<T>(
  first: Replacement<T> | null,
  second: Replacement<T> | null,
): Replacement<T> | null {
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
