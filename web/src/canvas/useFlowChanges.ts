/** Takes over what React Flow reports: sizes and selection to the session, moves to the document. */

import type { EdgeChange, NodeChange } from "@xyflow/react";
import { useMemo } from "react";
import type { Point } from "../graph/document";
import type { Size } from "../graph/layout/freePosition";
import { useSession } from "../stores/session";
import { removeElements } from "../editing/actions";
import { dragNodes, dropNodes, moveNodes } from "../editing/placing";
import { GROUP_PREFIX, type CanvasElement, type CanvasEdge } from "../editing/flowElements";

export function useFlowChanges() {
  return useMemo(
    () => ({ onNodesChange, onEdgesChange, onNodeDragStart: noteCopying, onNodeDrag: noteCopying }),
    [],
  );
}

/** With Alt, copies stay where the nodes are dropped. */
function noteCopying({ altKey }: Pick<globalThis.MouseEvent, "altKey"> | TouchEvent): void {
  useSession.setState({ copiesDragged: altKey });
}

function onNodesChange(changes: NodeChange<CanvasElement>[]): void {
  const { selectedNodes, sizes } = useSession.getState();
  const pending = {
    selected: new Set(selectedNodes),
    sizes: new Map(sizes),
    dragged: new Map<string, Point>(),
    moved: new Map<string, Point>(),
    dropped: false,
    removed: new Set<string>(),
  };
  for (const change of changes) collectChange(change, pending);
  const touched = new Set(changes.map((change) => change.type));
  useSession.setState({
    ...(touched.has("select") ? { selectedNodes: pending.selected } : {}),
    ...(touched.has("dimensions") ? { sizes: pending.sizes } : {}),
  });
  if (pending.dragged.size) dragNodes(pending.dragged);
  if (pending.moved.size) moveNodes(pending.moved);
  if (pending.dropped) dropNodes();
  if (pending.removed.size) removeElements(pending.removed);
}

interface PendingChanges {
  selected: Set<string>;
  sizes: Map<string, Size>;
  /** Where nodes are under the pointer. */
  dragged: Map<string, Point>;
  /** Where they were brought to without one. */
  moved: Map<string, Point>;
  dropped: boolean;
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
  if (dragging && position) pending.dragged.set(change.id, position);
  else if (useSession.getState().draggedPositions.has(change.id)) pending.dropped = true;
  else if (position) pending.moved.set(change.id, rounded(position));
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
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
