/** Takes over what React Flow reports: sizes and selection to the session, moves to the document. */

import type { EdgeChange, NodeChange } from "@xyflow/react";
import { useMemo } from "react";
import type { Point } from "../graph/document";
import type { Size } from "../graph/layout/freePosition";
import { graphNow, nodesById } from "../stores/document";
import { useSession } from "../stores/session";
import { moveNodes, remove } from "../editing/actions";
import { FRAME_PREFIX, type FlowNode, type WireEdge } from "../editing/flowElements";

export function useFlowChanges() {
  return useMemo(() => ({ onNodesChange, onEdgesChange }), []);
}

function onNodesChange(changes: NodeChange<FlowNode>[]): void {
  const { selectedNodes, sizes, dragged } = useSession.getState();
  const news = {
    selected: new Set(selectedNodes),
    sizes: new Map(sizes),
    dragged: new Map(dragged),
    dropped: new Map<string, Point>(),
    removed: new Set<string>(),
  };
  for (const change of changes) note(change, news);
  const touched = new Set(changes.map((change) => change.type));
  useSession.setState({
    ...(touched.has("select") ? { selectedNodes: news.selected } : {}),
    ...(touched.has("dimensions") ? { sizes: news.sizes } : {}),
  });
  if (touched.has("position")) moved(news.dragged, news.dropped);
  if (news.removed.size) remove(news.removed);
}

interface News {
  selected: Set<string>;
  sizes: Map<string, Size>;
  dragged: Map<string, Point>;
  dropped: Map<string, Point>;
  removed: Set<string>;
}

function note(change: NodeChange<FlowNode>, news: News): void {
  if (change.type === "select") {
    if (change.selected) news.selected.add(change.id);
    else news.selected.delete(change.id);
  } else if (change.type === "dimensions" && change.dimensions) {
    if (!change.id.startsWith(FRAME_PREFIX)) news.sizes.set(change.id, change.dimensions);
  } else if (change.type === "position") {
    notePosition(change, news);
  } else if (change.type === "remove") {
    news.removed.add(change.id);
  }
}

function notePosition(change: NodeChange<FlowNode> & { type: "position" }, news: News): void {
  if (change.id.startsWith(FRAME_PREFIX)) return;
  const { position, dragging } = change;
  if (dragging) {
    if (position) news.dragged.set(change.id, position);
    return;
  }
  const at = position ?? news.dragged.get(change.id);
  news.dragged.delete(change.id);
  if (at) news.dropped.set(change.id, { x: Math.round(at.x), y: Math.round(at.y) });
}

/** While a drag goes on the session knows where nodes are; at its end, the document. */
function moved(dragged: ReadonlyMap<string, Point>, dropped: ReadonlyMap<string, Point>): void {
  if (dropped.size) moveNodes(dropped);
  useSession.setState({ dragged });
}

function onEdgesChange(changes: EdgeChange<WireEdge>[]): void {
  const selected = new Set(useSession.getState().selectedEdges);
  const removed = new Set<string>();
  for (const change of changes) {
    if (change.type === "select") {
      if (change.selected) selected.add(change.id);
      else selected.delete(change.id);
    } else if (change.type === "remove") {
      removed.add(change.id);
    }
  }
  useSession.setState({ selectedEdges: selected });
  if (removed.size) remove(new Set(), removed);
}

/** Moves the members of a group together; called while its frame is dragged. */
export function dragTogether(nodeIds: readonly string[], by: Point): void {
  const { dragged } = useSession.getState();
  const known = nodesById(graphNow());
  const next = new Map(dragged);
  for (const id of nodeIds) {
    const at = dragged.get(id) ?? known.get(id)?.position;
    if (at) next.set(id, { x: at.x + by.x, y: at.y + by.y });
  }
  useSession.setState({ dragged: next });
}

export function dropTogether(nodeIds: readonly string[]): void {
  const { dragged } = useSession.getState();
  const next = new Map(dragged);
  const dropped = new Map<string, Point>();
  for (const id of nodeIds) {
    const at = dragged.get(id);
    if (at) dropped.set(id, { x: Math.round(at.x), y: Math.round(at.y) });
    next.delete(id);
  }
  moved(next, dropped);
}
