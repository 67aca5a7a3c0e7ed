/**
 * What is looked at besides the document: the run that is open in the panel, an older graph on the
 * canvas, the preview of a run. A part of the session; nothing of it is saved.
 */

import type { Problem, RunCreate, Value } from "../generated/api";
import type { Change, GraphComparison } from "../graph/compare/graphs";
import type { Graph } from "../graph/document";
import { Store } from "./store";

export type Scope = NonNullable<RunCreate["scope"]>;
export type Reuse = NonNullable<RunCreate["reuse"]>;

/** An older graph that is on the canvas in place of the document. */
export interface VersionPreview {
  /** The version's name for the server: its revision or its id. */
  version: string;
  /** When it was like that, RFC 3339. */
  savedAt: string;
  /** The run that ran it, if it is looked at for that. */
  runId: string | null;
  label: string | null;
}

export interface RunPreview {
  scope: Scope;
  reuse: Reuse;
  /** Why the server refused to start it. */
  problems: readonly Problem[];
}

/** What is compared: what a run ran and gave, a version, or the document. */
export type ComparedRef =
  { kind: "run"; id: string } | { kind: "version"; revision: number } | { kind: "now" };

export interface ComparedSide {
  ref: ComparedRef;
  graph: Graph;
  runId: string | null;
}

/** Two graphs that are on the canvas together in place of the document. */
export interface Comparison extends GraphComparison {
  before: ComparedSide;
  after: ComparedSide;
}

type ImageValue = Extract<Value, { kind: "image" }>;

/** A value that is shown large: what a node gives on the canvas, or any other; that beside another. */
export type LargeValue =
  | { nodeId: string; handle: string; item: number }
  | { value: Value; name: string; before?: ImageValue };

export interface ViewState {
  openRunId: string | null;
  versionPreview: VersionPreview | null;
  comparison: Comparison | null;
  runPreview: RunPreview | null;
  largeValue: LargeValue | null;
}

const CLOSED: ViewState = {
  ...{ openRunId: null, versionPreview: null, comparison: null, runPreview: null },
  largeValue: null,
};

export class ViewStore extends Store<ViewState> {
  constructor() {
    super(CLOSED);
  }

  readonly reset = (): void => this.set(CLOSED);

  /** Opens a run in the panel; null: the list of runs. */
  readonly openRunInPanel = (openRunId: string | null): void => this.set({ openRunId });

  /** Asks what a run would do; `problems`: what kept it from starting. */
  readonly setRunPreview = (scope: Scope, reuse: Reuse, problems: readonly Problem[] = []): void =>
    this.set({ runPreview: { scope, reuse, problems } });

  readonly showLarge = (largeValue: LargeValue | null): void => this.set({ largeValue });

  readonly closeRunPreview = (): void => this.set({ runPreview: null });
}

/** What this page shows besides the document. */
export const viewStore = new ViewStore();
export const {
  use: useView,
  openRunInPanel,
  setRunPreview,
  closeRunPreview,
  showLarge,
} = viewStore;

/** How a node differs in the graphs that are compared; undefined: it is the same, or none are. */
export function useNodeChange(nodeId: string): Change | undefined {
  return useView(({ comparison }) => comparison?.nodeChanges.get(nodeId));
}

export function useEdgeChange(edgeId: string): Change | undefined {
  return useView(({ comparison }) => comparison?.edgeChanges.get(edgeId));
}
