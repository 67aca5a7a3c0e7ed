/**
 * What is looked at besides the document: the run that is open in the panel, an older graph on the
 * canvas, the preview of a run. A part of the session; nothing of it is saved.
 */

import { create } from "zustand";
import type { Problem, RunCreate } from "../generated/api";

export type Scope = NonNullable<RunCreate["scope"]>;
export type Reuse = NonNullable<RunCreate["reuse"]>;

/** An older graph that is on the canvas in place of the document. */
export interface Past {
  /** The version's name for the server: its revision or its id. */
  version: string;
  /** When it was like that, RFC 3339. */
  at: string;
  /** The run that ran it, if it is looked at for that. */
  runId: string | null;
  label: string | null;
}

export interface Preview {
  scope: Scope;
  reuse: Reuse;
  /** Why the server refused to start it. */
  refused: readonly Problem[];
}

export interface LookState {
  openRunId: string | null;
  past: Past | null;
  preview: Preview | null;
}

const NOTHING: LookState = { openRunId: null, past: null, preview: null };

export const useLook = create<LookState>(() => NOTHING);

export function lookAtNothing(): void {
  useLook.setState(NOTHING);
}

/** Opens a run in the panel; null: the list of runs. */
export function openInPanel(openRunId: string | null): void {
  useLook.setState({ openRunId });
}

/** Asks what a run would do; `refused`: what kept it from starting. */
export function previewRun(scope: Scope, reuse: Reuse, refused: readonly Problem[] = []): void {
  useLook.setState({ preview: { scope, reuse, refused } });
}

export function closePreview(): void {
  useLook.setState({ preview: null });
}
