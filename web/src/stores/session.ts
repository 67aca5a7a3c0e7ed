/**
 * The session store: what this window shows. Selection, sizes, drags, panels, theme. Never saved
 * to the server, never undone.
 */

import { create } from "zustand";
import type { Point, Viewport } from "../graph/document";
import type { Size } from "../graph/layout/freePosition";

export type Theme = "system" | "light" | "dark";
export type RightPanel = "runs" | "versions" | "schedules";
export type DialogName = "palette" | "shortcuts" | "about" | "run" | "connect" | null;

export interface Notice {
  id: number;
  kind: "info" | "success" | "error";
  text: string;
  action: { label: string; run: () => void } | null;
}

export interface ConnectionDrag {
  nodeId: string;
  handle: string;
  /** `source`: drawn from an output. */
  type: "source" | "target";
  /** Nodes it cannot lead to, because they are on the way to where it comes from. */
  unreachable: ReadonlySet<string>;
}

export interface Upload {
  state: "loading" | "error";
  /** Shown meanwhile: an address of the file in this page. */
  preview: string;
  mediaType: string;
  error: string | null;
}

export interface AddRequest {
  /** On the screen and on the canvas. */
  screen: Point;
  position: Point;
  /** The handle that was dragged into the empty. */
  from: Pick<ConnectionDrag, "nodeId" | "handle" | "type"> | null;
}

export interface SessionState {
  selectedNodes: ReadonlySet<string>;
  selectedEdges: ReadonlySet<string>;
  /** What the browser measured, by node id; in flow units. */
  sizes: ReadonlyMap<string, Size>;
  /** Where nodes are while they are dragged; the document hears of it at the end. */
  draggedPositions: ReadonlyMap<string, Point>;
  viewport: Viewport;
  nodeListOpen: boolean;
  rightPanel: RightPanel | null;
  dialog: DialogName;
  theme: Theme;
  notices: readonly Notice[];
  /** The handle that a connection is being drawn from. */
  connectionDrag: ConnectionDrag | null;
  /** Files on their way to the server, by node id. */
  uploads: ReadonlyMap<string, Upload>;
  /** Where a node is to be added, and what it is to be connected with. */
  addRequest: AddRequest | null;
  tool: "pan" | "select";
  /** Nodes that show all of their settings. */
  expandedNodes: ReadonlySet<string>;
}

export const EMPTY_SET: ReadonlySet<string> = new Set();

const THEME_KEY = "nodeloom.theme";

export const useSession = create<SessionState>(() => ({
  selectedNodes: EMPTY_SET,
  selectedEdges: EMPTY_SET,
  sizes: new Map(),
  draggedPositions: new Map(),
  viewport: { x: 0, y: 0, zoom: 1 },
  nodeListOpen: true,
  rightPanel: null,
  dialog: null,
  theme: readTheme(),
  notices: [],
  connectionDrag: null,
  uploads: new Map(),
  addRequest: null,
  tool: "pan",
  expandedNodes: EMPTY_SET,
}));

const { getState, setState } = useSession;

function readTheme(): Theme {
  const stored = localStorage.getItem(THEME_KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(THEME_KEY, theme);
  setState({ theme });
}

export function select(nodes: Iterable<string>, edges: Iterable<string> = []): void {
  setState({ selectedNodes: new Set(nodes), selectedEdges: new Set(edges) });
}

/** Forgets what belongs to the workflow that was open. */
export function resetCanvas(viewport: Viewport): void {
  setState({
    selectedNodes: EMPTY_SET,
    selectedEdges: EMPTY_SET,
    sizes: new Map(),
    draggedPositions: new Map(),
    viewport,
    connectionDrag: null,
    uploads: new Map(),
    addRequest: null,
    expandedNodes: EMPTY_SET,
  });
}

/** Shows all settings of a node, or only those that matter. */
export function toggleExpanded(nodeId: string): void {
  const expandedNodes = new Set(getState().expandedNodes);
  if (!expandedNodes.delete(nodeId)) expandedNodes.add(nodeId);
  setState({ expandedNodes });
}

export function openDialog(dialog: DialogName): void {
  setState({ dialog });
}

export function togglePanel(panel: RightPanel): void {
  setState({ rightPanel: getState().rightPanel === panel ? null : panel });
}

export function showPanel(panel: RightPanel | null): void {
  setState({ rightPanel: panel });
}

let lastNotice = 0;

/** Tells the user something in a corner; errors stay until they are closed. */
export function notify(
  text: string,
  kind: Notice["kind"] = "info",
  action: Notice["action"] = null,
): void {
  lastNotice += 1;
  const notice = { id: lastNotice, kind, text, action };
  const others = getState().notices.filter((other) => other.text !== text);
  setState({ notices: [...others, notice].slice(-4) });
}

export function dismissNotice(id: number): void {
  setState({ notices: getState().notices.filter((notice) => notice.id !== id) });
}

export function setUpload(nodeId: string, upload: Upload | null): void {
  const uploads = new Map(getState().uploads);
  if (upload) uploads.set(nodeId, upload);
  else uploads.delete(nodeId);
  setState({ uploads });
}
