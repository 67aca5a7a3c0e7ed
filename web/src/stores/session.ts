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

export interface Connecting {
  nodeId: string;
  handle: string;
  /** `source`: drawn from an output. */
  type: "source" | "target";
  /** Nodes it cannot lead to, because they are on the way to where it comes from. */
  closed: ReadonlySet<string>;
}

export interface Upload {
  state: "loading" | "error";
  /** Shown meanwhile: an address of the file in this page. */
  preview: string;
  mediaType: string;
  error: string | null;
}

export interface Adding {
  /** On the screen and on the canvas. */
  screen: Point;
  flow: Point;
  /** The handle that was dragged into the empty. */
  from: Pick<Connecting, "nodeId" | "handle" | "type"> | null;
}

export interface SessionState {
  selectedNodes: ReadonlySet<string>;
  selectedEdges: ReadonlySet<string>;
  /** What the browser measured, by node id; in flow units. */
  sizes: ReadonlyMap<string, Size>;
  /** Where nodes are while they are dragged; the document hears of it at the end. */
  dragged: ReadonlyMap<string, Point>;
  viewport: Viewport;
  leftOpen: boolean;
  right: RightPanel | null;
  dialog: DialogName;
  theme: Theme;
  notices: readonly Notice[];
  /** The handle that a connection is being drawn from. */
  connecting: Connecting | null;
  /** Files on their way to the server, by node id. */
  uploads: ReadonlyMap<string, Upload>;
  /** Where a node is to be added, and what it is to be connected with. */
  adding: Adding | null;
  tool: "pan" | "select";
  /** Nodes that show all of their settings. */
  settingsOf: ReadonlySet<string>;
}

export const NOTHING: ReadonlySet<string> = new Set();

const THEME = "nodeloom.theme";

export const useSession = create<SessionState>(() => ({
  selectedNodes: NOTHING,
  selectedEdges: NOTHING,
  sizes: new Map(),
  dragged: new Map(),
  viewport: { x: 0, y: 0, zoom: 1 },
  leftOpen: true,
  right: null,
  dialog: null,
  theme: readTheme(),
  notices: [],
  connecting: null,
  uploads: new Map(),
  adding: null,
  tool: "pan",
  settingsOf: NOTHING,
}));

const { getState, setState } = useSession;

function readTheme(): Theme {
  const stored = localStorage.getItem(THEME);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(THEME, theme);
  setState({ theme });
}

export function select(nodes: Iterable<string>, edges: Iterable<string> = []): void {
  setState({ selectedNodes: new Set(nodes), selectedEdges: new Set(edges) });
}

/** Forgets what belongs to the workflow that was open. */
export function resetCanvas(viewport: Viewport): void {
  setState({
    selectedNodes: NOTHING,
    selectedEdges: NOTHING,
    sizes: new Map(),
    dragged: new Map(),
    viewport,
    connecting: null,
    uploads: new Map(),
    adding: null,
    settingsOf: NOTHING,
  });
}

/** Shows all settings of a node, or only those that matter. */
export function toggleSettings(nodeId: string): void {
  const settingsOf = new Set(getState().settingsOf);
  if (!settingsOf.delete(nodeId)) settingsOf.add(nodeId);
  setState({ settingsOf });
}

export function openDialog(dialog: DialogName): void {
  setState({ dialog });
}

export function togglePanel(panel: RightPanel): void {
  setState({ right: getState().right === panel ? null : panel });
}

export function showPanel(panel: RightPanel | null): void {
  setState({ right: panel });
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

export function dismiss(id: number): void {
  setState({ notices: getState().notices.filter((notice) => notice.id !== id) });
}

export function setUpload(nodeId: string, upload: Upload | null): void {
  const uploads = new Map(getState().uploads);
  if (upload) uploads.set(nodeId, upload);
  else uploads.delete(nodeId);
  setState({ uploads });
}
