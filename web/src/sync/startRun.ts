/** Starting a run from a button: what goes wrong is told where it can be put right. */

import { ApiError, errorMessage } from "../api/client";
import { isTerminal } from "../api/events";
import type { Problem } from "../generated/api";
import { isReadOnly } from "../stores/document";
import { setRunPreview, type Reuse, type Scope, useView } from "../stores/view";
import { useRuns } from "../stores/runs";
import { useServer } from "../stores/server";
import { notify, openDialog, select } from "../stores/session";
import { closeVersionPreview } from "./versionPreview";
import { runAndFollow, stop } from "./runs";

export type { Scope };

/**
 * What a button of this name should reuse (docs/adr/0026). Whoever runs everything, or what
 * something needs, wants results, and pays for none twice. Whoever points at nodes wants new ones.
 */
export function defaultReuse(scope: Scope): Reuse {
  if (scope.kind === "nodes" || scope.kind === "from") return "never";
  return "always";
}

/** Starts a run of a part of the open workflow. */
export async function runScope(scope: Scope, reuse = defaultReuse(scope)): Promise<void> {
  if (isReadOnly()) {
    offerToClosePreview();
    return;
  }
  try {
    const started = await runAndFollow({ scope, reuse });
    if (!started) return;
    if (useView.getState().openRunId) useView.setState({ openRunId: started.id });
    if (reuse !== "never") notifyIfAllReused(started.id, scope);
  } catch (error) {
    onRefused(scope, reuse, error);
  }
}

/** Runs again what did not complete in a run, in the workflow as it is now. */
export async function retryRun(runId: string): Promise<void> {
  closeVersionPreview();
  await runScope({ kind: "failed", runId });
}

/** Says, at the end of a run that did nothing, why that is and what makes new results. */
function notifyIfAllReused(runId: string, scope: Scope): void {
  const anew = { label: "Run it anew", run: () => void runScope(scope, "never") };
  const stop = useRuns.subscribe(({ runs }) => {
    const view = runs[runId];
    if (view && !isTerminal(view.summary.status)) return;
    stop();
    if (view?.summary.status !== "COMPLETED") return;
    if (!Object.values(view.nodes).every((node) => node.reused)) return;
    notify("Nothing had changed: all results were reused, and no model was asked.", "info", anew);
  });
}

function offerToClosePreview(): void {
  const action = { label: "Back to now", run: closeVersionPreview };
  notify("What is on the canvas is old and can only be looked at.", "info", action);
}

function onRefused(scope: Scope, reuse: Reuse, error: unknown): void {
  if (!(error instanceof ApiError) || error.problems.length === 0) {
    return notify(errorMessage(error), "error");
  }
  const { problems } = error;
  useServer.setState({ problems });
  if (problems.every((problem) => problem.code === "input_not_available")) {
    return onMissingInputs(scope, problems);
  }
  select(new Set(problems.flatMap((problem) => problem.nodeId ?? [])));
  setRunPreview(scope, reuse, problems);
  openDialog("run");
}

/** One node lacks what others would give it: they can be run, too. */
function onMissingInputs(scope: Scope, problems: readonly Problem[]): void {
  const [only, ...others] = scope.kind === "nodes" ? scope.nodeIds : [];
  const text = problems[0]?.message ?? "";
  if (!only || others.length) return notify(text, "error");
  const needed = { label: "Run what it needs, too", run: () => runUntil(only) };
  notify(text, "error", needed);
}

function runUntil(nodeId: string): void {
  void runScope({ kind: "until", nodeId });
}

export async function stopRun(id: string): Promise<void> {
  await stop(id).catch((error: unknown) => notify(errorMessage(error), "error"));
}
