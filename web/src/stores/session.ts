/**
 * The session store: what this window shows. Selection, sizes, drags, panels, theme. Never saved
 * to the server, never undone.
 */

import type { Point, Viewport } from "../graph/document";
import type { Size } from "../graph/layout/freePosition";
import type { Guide } from "../graph/layout/snap";
import { Store } from "./store";

export type Theme = "system" | "light" | "dark";
export type RightPanel = "runs" | "results" | "versions" | "schedules" | "function";
export type DialogName = "palette" | "find" | "shortcuts" | "about" | "run" | "connect" | null;

/** What a notice is about: it goes when that is over. */
export type NoticeTopic = "run" | "preview" | "connection";

export interface Notice {
  id: number;
  kind: "info" | "success" | "error";
  text: string;
  action: { label: string; run: () => void } | null;
  topic: NoticeTopic | null;
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
  /** Whether a pointer chose the place. */
  pointed: boolean;
  /** The handle that was dragged into the empty. */
  from: Pick<ConnectionDrag, "nodeId" | "handle" | "type"> | null;
}

export interface ContextRequest {
  /** On the screen. */
  screen: Point;
  /** Null: the canvas itself. */
  target:
    | { kind: "node" | "edge"; id: string }
    | { kind: "result"; id: string; handle: string }
    /** All that is selected; the node is the one that was pointed at. */
    | { kind: "selection"; id: string }
    | null;
}

export interface SessionState {
  selectedNodes: ReadonlySet<string>;
  selectedEdges: ReadonlySet<string>;
  /** What the browser measured, by node id; in flow units. */
  sizes: ReadonlyMap<string, Size>;
  /** Where nodes are while they are dragged; the document hears of it at the end. */
  draggedPositions: ReadonlyMap<string, Point>;
  /** Whether copies of the dragged nodes will stay where these are dropped. */
  copiesDragged: boolean;
  /** What the dragged nodes are in line with. */
  guides: readonly Guide[];
  /** Whether dragged nodes snap to what is near. */
  snapping: boolean;
  viewport: Viewport;
  nodeListOpen: boolean;
  rightPanel: RightPanel | null;
  /** The declared input, by name, that is to have the keyboard; null: it has it, or none is. */
  wantedInput: string | null;
  dialog: DialogName;
  theme: Theme;
  notices: readonly Notice[];
  /** The handle that a connection is being drawn from. */
  connectionDrag: ConnectionDrag | null;
  /** Files on their way to the server, by node id. */
  uploads: ReadonlyMap<string, Upload>;
  /** Where a node is to be added, and what it is to be connected with. */
  addRequest: AddRequest | null;
  /** Where a context menu is open, and of what. */
  contextRequest: ContextRequest | null;
  tool: "pan" | "select";
  minimapOpen: boolean;
  /** Where the map is drawn: beside the canvas, so that it covers nothing of it. */
  minimapPlace: HTMLElement | null;
  /** Nodes that show all of their settings. */
  expandedNodes: ReadonlySet<string>;
}

export const EMPTY_SET: ReadonlySet<string> = new Set();

/** Up to this width, in pixels, what stands beside the canvas lies on it. */
const NARROW = 640;

export function isNarrow(): boolean {
  return innerWidth <= NARROW;
}

/** Whether the screen is worked with fingers first of all. */
export function hasTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

const THEME_KEY = "nodeloom.theme";
const SNAPPING_KEY = "nodeloom.snapping";

/** What belongs to the workflow that is open. */
const EMPTY_CANVAS = {
  selectedNodes: EMPTY_SET,
  selectedEdges: EMPTY_SET,
  sizes: new Map(),
  draggedPositions: new Map(),
  copiesDragged: false,
  guides: [],
  viewport: { x: 0, y: 0, zoom: 1 },
  connectionDrag: null,
  uploads: new Map(),
  addRequest: null,
  contextRequest: null,
  expandedNodes: EMPTY_SET,
};

function readTheme(): Theme {
  const stored = localStorage.getItem(THEME_KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export class SessionStore extends Store<SessionState> {
  private lastNotice = 0;

  constructor() {
    super({
      ...EMPTY_CANVAS,
      nodeListOpen: !isNarrow(),
      rightPanel: null,
      wantedInput: null,
      dialog: null,
      theme: readTheme(),
      notices: [],
      tool: "pan",
      minimapOpen: true,
      minimapPlace: null,
      snapping: localStorage.getItem(SNAPPING_KEY) !== "off",
    });
  }

  readonly setTheme = (theme: Theme): void => {
    localStorage.setItem(THEME_KEY, theme);
    this.set({ theme });
  };

  readonly setMinimapPlace = (minimapPlace: HTMLElement | null): void => this.set({ minimapPlace });

  /** Shows the map, with the list of nodes that it stands below, or hides it. */
  readonly toggleMinimap = (): void => {
    const minimapOpen = !(this.state.minimapOpen && this.state.nodeListOpen);
    this.set(minimapOpen ? { minimapOpen, nodeListOpen: true } : { minimapOpen });
  };

  readonly toggleSnapping = (): void => {
    const snapping = !this.state.snapping;
    localStorage.setItem(SNAPPING_KEY, snapping ? "on" : "off");
    this.set({ snapping });
  };

  readonly select = (nodes: Iterable<string>, edges: Iterable<string> = []): void => {
    this.set({ selectedNodes: new Set(nodes), selectedEdges: new Set(edges) });
  };

  /** Forgets what belongs to the workflow that was open. */
  readonly resetCanvas = (viewport: Viewport): void => this.set({ ...EMPTY_CANVAS, viewport });

  /** Shows all settings of a node, or only those that matter. */
  readonly toggleExpanded = (nodeId: string): void => {
    const expandedNodes = new Set(this.state.expandedNodes);
    if (!expandedNodes.delete(nodeId)) expandedNodes.add(nodeId);
    this.set({ expandedNodes });
  };

  readonly openDialog = (dialog: DialogName): void => this.set({ dialog });

  readonly togglePanel = (panel: RightPanel): void => {
    this.set({ rightPanel: this.state.rightPanel === panel ? null : panel });
  };

  readonly showPanel = (panel: RightPanel | null): void => this.set({ rightPanel: panel });

  /** Opens the panel of inputs, with the keyboard in one of them. */
  readonly showInput = (name: string): void =>
    this.set({ rightPanel: "function", wantedInput: name });

  /** Tells the user something in a corner; errors stay until they are closed or their topic is over. */
  readonly notify = (
    text: string,
    kind: Notice["kind"] = "info",
    action: Notice["action"] = null,
    topic: Notice["topic"] = null,
  ): void => {
    this.lastNotice += 1;
    const notice = { id: this.lastNotice, kind, text, action, topic };
    const others = this.state.notices.filter((other) => other.text !== text);
    this.set({ notices: [...others, notice].slice(-4) });
  };

  readonly dismissNotice = (id: number): void => {
    this.set({ notices: this.state.notices.filter((notice) => notice.id !== id) });
  };

  /** Takes notices away whose cause is gone. */
  readonly endNotices = (topic: NoticeTopic): void => {
    const { notices } = this.state;
    const left = notices.filter((notice) => notice.topic !== topic);
    if (left.length < notices.length) this.set({ notices: left });
  };

  readonly setUpload = (nodeId: string, upload: Upload | null): void => {
    const uploads = new Map(this.state.uploads);
    if (upload) uploads.set(nodeId, upload);
    else uploads.delete(nodeId);
    this.set({ uploads });
  };
}

/** The session of this page. */
export const sessionStore = new SessionStore();
export const {
  use: useSession,
  dismissNotice,
  notify,
  openDialog,
  select,
  setMinimapPlace,
  setTheme,
  setUpload,
  showPanel,
  toggleExpanded,
  toggleMinimap,
  togglePanel,
  toggleSnapping,
} = sessionStore;
