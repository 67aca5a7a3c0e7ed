/** Starting a run from a button: what goes wrong is told where it can be put right. */

import { ApiError, sentenceOf } from "../api/client";
import { isTerminal } from "../api/events";
import type { Problem } from "../generated/api";
import { isReadOnly } from "../stores/document";
import { previewRun, type Reuse, type Scope, useLook } from "../stores/view";
import { useRuns } from "../stores/runs";
import { useServer } from "../stores/server";
import { notify, openDialog, select } from "../stores/session";
import { backToNow } from "./versionPreview";
import { run, stop } from "./runs";

export type { Scope };

/**
 * What a button of this name should reuse (docs/adr/0026). Whoever runs everything, or what
 * something needs, wants results, and pays for none twice. Whoever points at nodes wants new ones.
 */
export function usualReuse(scope: Scope): Reuse {
  if (scope.kind === "nodes" || scope.kind === "from") return "never";
  return "always";
}

/** Starts a run of a part of the open workflow. */
export async function startScope(scope: Scope, reuse = usualReuse(scope)): Promise<void> {
  if (isReadOnly()) {
    offerWayBack();
    return;
  }
  try {
    const started = await run({ scope, reuse });
    if (!started) return;
    if (useLook.getState().openRunId) useLook.setState({ openRunId: started.id });
    if (reuse !== "never") tellIfAllReused(started.id, scope);
  } catch (error) {
    refused(scope, reuse, error);
  }
}

/** Runs again what did not complete in a run, in the workflow as it is now. */
export async function retry(runId: string): Promise<void> {
  backToNow();
  await startScope({ kind: "failed", runId });
}

/** Says, at the end of a run that did nothing, why that is and what makes new results. */
function tellIfAllReused(runId: string, scope: Scope): void {
  const anew = { label: "Run it anew", run: () => void startScope(scope, "never") };
  const stop = useRuns.subscribe(({ runs }) => {
    const view = runs[runId];
    if (view && !isTerminal(view.summary.status)) return;
    stop();
    if (view?.summary.status !== "COMPLETED") return;
    if (!Object.values(view.nodes).every((node) => node.reused)) return;
    notify("Nothing had changed: all results were reused, and no model was asked.", "info", anew);
  });
}

function offerWayBack(): void {
  const action = { label: "Back to now", run: backToNow };
  notify("What is on the canvas is old and can only be looked at.", "info", action);
}

function refused(scope: Scope, reuse: Reuse, error: unknown): void {
  if (!(error instanceof ApiError) || error.problems.length === 0) {
    return notify(sentenceOf(error), "error");
  }
  const { problems } = error;
  useServer.setState({ problems });
  if (problems.every((problem) => problem.code === "input_not_available")) {
    return inputsMissing(scope, problems);
  }
  select(new Set(problems.flatMap((problem) => problem.nodeId ?? [])));
  previewRun(scope, reuse, problems);
  openDialog("run");
}

/** One node lacks what others would give it: they can be run, too. */
function inputsMissing(scope: Scope, problems: readonly Problem[]): void {
  const [only, ...others] = scope.kind === "nodes" ? scope.nodeIds : [];
  const text = problems[0]?.message ?? "";
  if (!only || others.length) return notify(text, "error");
  const needed = { label: "Run what it needs, too", run: () => startUntil(only) };
  notify(text, "error", needed);
}

function startUntil(nodeId: string): void {
  void startScope({ kind: "until", nodeId });
}

export async function stopRun(id: string): Promise<void> {
  await stop(id).catch((error: unknown) => notify(sentenceOf(error), "error"));
}
