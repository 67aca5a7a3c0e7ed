/** Takes over what React Flow reports: sizes and selection to the session, moves to the document. */

import type { EdgeChange, NodeChange } from "@xyflow/react";
import { useMemo } from "react";
import type { Point } from "../graph/document";
import type { Size } from "../graph/layout/freePosition";
import { currentGraph, nodesById } from "../stores/document";
import { useSession } from "../stores/session";
import { moveNodes, removeElements } from "../editing/actions";
import { GROUP_PREFIX, type CanvasElement, type CanvasEdge } from "../editing/flowElements";

export function useFlowChanges() {
  return useMemo(() => ({ onNodesChange, onEdgesChange }), []);
}

function onNodesChange(changes: NodeChange<CanvasElement>[]): void {
  const { selectedNodes, sizes, draggedPositions } = useSession.getState();
  const pending = {
    selected: new Set(selectedNodes),
    sizes: new Map(sizes),
    dragged: new Map(draggedPositions),
    dropped: new Map<string, Point>(),
    removed: new Set<string>(),
  };
  for (const change of changes) collectChange(change, pending);
  const touched = new Set(changes.map((change) => change.type));
  useSession.setState({
    ...(touched.has("select") ? { selectedNodes: pending.selected } : {}),
    ...(touched.has("dimensions") ? { sizes: pending.sizes } : {}),
  });
  if (touched.has("position")) applyMoves(pending.dragged, pending.dropped);
  if (pending.removed.size) removeElements(pending.removed);
}

interface PendingChanges {
  selected: Set<string>;
  sizes: Map<string, Size>;
  dragged: Map<string, Point>;
  dropped: Map<string, Point>;
  removed: Set<string>;
}

function collectChange(change: NodeChange<CanvasElement>, pending: PendingChanges): void {
  if (change.type === "select") {
    if (change.selected) pending.selected.add(change.id);
    else pending.selected.delete(change.id);
  } else if (change.type === "dimensions" && change.dimensions) {
    if (!change.id.startsWith(GROUP_PREFIX)) pending.sizes.set(change.id, change.dimensions);
  } else if (change.type === "position") {
    collectPosition(change, pending);
  } else if (change.type === "remove") {
    pending.removed.add(change.id);
  }
}

function collectPosition(
  change: NodeChange<CanvasElement> & { type: "position" },
  pending: PendingChanges,
): void {
  if (change.id.startsWith(GROUP_PREFIX)) return;
  const { position, dragging } = change;
  if (dragging) {
    if (position) pending.dragged.set(change.id, position);
    return;
  }
  const at = position ?? pending.dragged.get(change.id);
  pending.dragged.delete(change.id);
  if (at) pending.dropped.set(change.id, { x: Math.round(at.x), y: Math.round(at.y) });
}

/** While a drag goes on the session knows where nodes are; at its end, the document. */
function applyMoves(
  draggedPositions: ReadonlyMap<string, Point>,
  dropped: ReadonlyMap<string, Point>,
): void {
  if (dropped.size) moveNodes(dropped);
  useSession.setState({ draggedPositions });
}

function onEdgesChange(changes: EdgeChange<CanvasEdge>[]): void {
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
  if (removed.size) removeElements(new Set(), removed);
}

/** Moves the members of a group together; called while its frame is dragged. */
export function dragNodes(nodeIds: readonly string[], by: Point): void {
  const { draggedPositions } = useSession.getState();
  const known = nodesById(currentGraph());
  const next = new Map(draggedPositions);
  for (const id of nodeIds) {
    const at = draggedPositions.get(id) ?? known.get(id)?.position;
    if (at) next.set(id, { x: at.x + by.x, y: at.y + by.y });
  }
  useSession.setState({ draggedPositions: next });
}

export function dropNodes(nodeIds: readonly string[]): void {
  const { draggedPositions } = useSession.getState();
  const next = new Map(draggedPositions);
  const dropped = new Map<string, Point>();
  for (const id of nodeIds) {
    const at = draggedPositions.get(id);
    if (at) dropped.set(id, { x: Math.round(at.x), y: Math.round(at.y) });
    next.delete(id);
  }
  applyMoves(next, dropped);
}
