/** Three-way merge of a graph that was changed in two places. */

import { byId, type Graph, type GraphEdge, type GraphNode } from "./document";
import { equal } from "./equal";

export type Side = "mine" | "theirs";

/** What one side did to one record. */
export interface Deed {
  what: "node" | "edge" | "name";
  id: string;
  did: "added" | "changed" | "deleted";
}

export interface Merge {
  /** Both changes together; where they collide, the preferred side's. */
  graph: Graph;
  mine: Deed[];
  theirs: Deed[];
  /** Ids of records that both sides changed, each in another way. */
  collisions: string[];
}

export function merge(base: Graph, mine: Graph, theirs: Graph, prefer: Side): Merge {
  const nodes = mergeRecords("node", base.nodes, mine.nodes, theirs.nodes, prefer);
  const edges = mergeRecords("edge", base.edges, mine.edges, theirs.edges, prefer);
  const name = mergeName(base.name, mine.name, theirs.name, prefer);
  const ids = new Set(nodes.records.map((node) => node.id));
  const whole = edges.records.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  return {
    graph: { name: name.name, nodes: nodes.records, edges: whole },
    mine: [...name.mine, ...nodes.mine, ...edges.mine],
    theirs: [...name.theirs, ...nodes.theirs, ...edges.theirs],
    collisions: [...name.collisions, ...nodes.collisions, ...edges.collisions],
  };
}

interface Merged<T> extends Omit<Merge, "graph"> {
  records: T[];
}

function mergeRecords<T extends GraphNode | GraphEdge>(
  what: "node" | "edge",
  base: readonly T[],
  mine: readonly T[],
  theirs: readonly T[],
  prefer: Side,
): Merged<T> {
  const [was, my, their] = [byId(base), byId(mine), byId(theirs)];
  const merged: Merged<T> = { records: [], mine: [], theirs: [], collisions: [] };
  for (const id of new Set([...theirs, ...mine, ...base].map((record) => record.id))) {
    const [a, b, c] = [was.get(id), my.get(id), their.get(id)];
    const [byMe, byThem] = [deed(what, id, a, b), deed(what, id, a, c)];
    if (byMe) merged.mine.push(byMe);
    if (byThem) merged.theirs.push(byThem);
    const collide = Boolean(byMe && byThem && !equal(b, c));
    if (collide) merged.collisions.push(id);
    const useMine = byMe && (!byThem || (collide && prefer === "mine"));
    const record = useMine ? b : c;
    if (record) merged.records.push(record);
  }
  return merged;
}

function deed<T>(what: "node" | "edge", id: string, before?: T, after?: T): Deed | null {
  if (equal(before, after)) return null;
  const did = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
  return { what, id, did };
}

function mergeName(base: string, mine: string, theirs: string, prefer: Side) {
  const renamed: Deed = { what: "name", id: "name", did: "changed" };
  const byMe = mine !== base;
  const byThem = theirs !== base;
  const collide = byMe && byThem && mine !== theirs;
  return {
    name: byMe && (!byThem || prefer === "mine") ? mine : theirs,
    mine: byMe ? [renamed] : [],
    theirs: byThem ? [renamed] : [],
    collisions: collide ? ["name"] : [],
  };
}
