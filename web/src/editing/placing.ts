/** Where nodes are: dragged, aligned, distributed, arranged. What is done is one step of undo. */

import { type Point, withPositions } from "../graph/document";
import { boundingBox, overlap } from "../graph/groups";
import { align, type Alignment, type Axis, distribute } from "../graph/layout/align";
import { type Guide, snap } from "../graph/layout/snap";
import { commit, currentGraph, nodesById } from "../stores/document";
import { useSession } from "../stores/session";
import { editor } from "../sync/editor";
import { selectedNodes } from "./actions";
import { nodeBox } from "./boxes";
import { copyBy } from "./copying";

/** How near, in pixels of the screen, something must be to be snapped to. */
const SNAP_REACH = 7;
const NO_GUIDES: readonly Guide[] = [];

export function moveNodes(positions: ReadonlyMap<string, Point>): void {
  commit((graph) => withPositions(graph, positions));
}

/**
 * Shows nodes where they are dragged to, and in line with what is near; the document hears of it
 * when they are dropped.
 */
export function dragNodes(positions: ReadonlyMap<string, Point>): void {
  const { snapping, viewport } = useSession.getState();
  const { nodes } = currentGraph();
  const dragged = nodes.filter(({ id }) => positions.has(id));
  if (!snapping || dragged.length === 0) {
    useSession.setState({ draggedPositions: positions, guides: NO_GUIDES });
    return;
  }
  const box = boundingBox(
    dragged.map((node) => ({ ...nodeBox(node), ...(positions.get(node.id) ?? node.position) })),
  );
  const view = editor.view.inView();
  const others = nodes
    .filter(({ id }) => !positions.has(id))
    .map(nodeBox)
    .filter((other) => !view || overlap(view, other));
  const { by, guides } = snap(box, others, SNAP_REACH / viewport.zoom);
  const moved = [...positions].map(([id, { x, y }]): [string, Point] => [
    id,
    { x: x + by.x, y: y + by.y },
  ]);
  useSession.setState({
    draggedPositions: new Map(moved),
    guides: guides.length ? guides : NO_GUIDES,
  });
}

/** Ends a drag: the nodes stay where they are shown; with Alt, copies of them do. */
export function dropNodes(): void {
  const { draggedPositions, copiesDragged } = useSession.getState();
  useSession.setState({
    draggedPositions: new Map(),
    guides: NO_GUIDES,
    copiesDragged: false,
  });
  const known = nodesById(currentGraph());
  const [first] = draggedPositions;
  const from = first && known.get(first[0])?.position;
  if (!first || !from) return;
  if (copiesDragged) {
    const by = { x: Math.round(first[1].x - from.x), y: Math.round(first[1].y - from.y) };
    copyBy(new Set(draggedPositions.keys()), by);
    return;
  }
  const rounded = [...draggedPositions].map(([id, { x, y }]): [string, Point] => [
    id,
    { x: Math.round(x), y: Math.round(y) },
  ]);
  moveNodes(new Map(rounded));
}

function selectedBoxes() {
  const chosen = currentGraph().nodes.filter(({ id }) => selectedNodes().has(id));
  return new Map(chosen.map((node) => [node.id, nodeBox(node)]));
}

/** What brings the selected nodes into line, for commands and menus. */
export interface Placement {
  id: string;
  title: string;
  keys: string;
  /** How many nodes must be selected. */
  atLeast: number;
  run: () => void;
}

export const PLACEMENTS: readonly Placement[] = [
  alignment("left", "Align left edges", "Alt+A"),
  alignment("centre", "Align centres", "Alt+H"),
  alignment("right", "Align right edges", "Alt+D"),
  alignment("top", "Align top edges", "Alt+W"),
  alignment("middle", "Align middles", "Alt+V"),
  alignment("bottom", "Align bottom edges", "Alt+S"),
  distribution("horizontal", "Distribute horizontally", "Alt+Shift+H"),
  distribution("vertical", "Distribute vertically", "Alt+Shift+V"),
];

function alignment(to: Alignment, title: string, keys: string): Placement {
  const run = () => moveNodes(align(selectedBoxes(), to));
  return { id: `align-${to}`, title, keys, atLeast: 2, run };
}

function distribution(axis: Axis, title: string, keys: string): Placement {
  const run = () => moveNodes(distribute(selectedBoxes(), axis));
  return { id: `distribute-${axis}`, title, keys, atLeast: 3, run };
}

/** Arranges the selected nodes, or all of them if fewer than two are selected. */
export async function arrangeNodes(): Promise<void> {
  const { autoLayout } = await import("../graph/layout/autoLayout");
  const only = selectedNodes().size > 1 ? selectedNodes() : undefined;
  const known = nodesById(currentGraph());
  const places = autoLayout(
    currentGraph(),
    (id) => {
      const node = known.get(id);
      return node ? nodeBox(node) : { width: 0, height: 0 };
    },
    only,
  );
  moveNodes(places);
  requestAnimationFrame(() => editor.view.fit(only));
}
