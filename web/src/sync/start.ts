/** Starting a run from a button: what goes wrong is told where it can be put right. */

import { ApiError, sentenceOf } from "../api/client";
import type { RunCreate } from "../generated/api";
import { useServer } from "../stores/server";
import { notify, select } from "../stores/session";
import { run, stop } from "./run";

export type Scope = NonNullable<RunCreate["scope"]>;

/** Starts a run of a part of the open workflow. */
export async function startScope(
  scope: Scope,
  reuse: NonNullable<RunCreate["reuse"]> = "auto",
): Promise<void> {
  try {
    await run({ scope, reuse });
  } catch (error) {
    refused(scope, error);
  }
}

function refused(scope: Scope, error: unknown): void {
  if (!(error instanceof ApiError) || error.problems.length === 0) {
    return notify(sentenceOf(error), "error");
  }
  const { problems } = error;
  useServer.setState({ problems });
  const places = problems.flatMap((problem) => problem.nodeId ?? []);
  const only = problems.every((problem) => problem.code === "input_not_available");
  const [first] = scope.kind === "nodes" ? scope.nodeIds : [];
  if (only && first && scope.kind === "nodes" && scope.nodeIds.length === 1) {
    const action = {
      label: "Run what it needs, too",
      run: () => void startScope({ kind: "until", nodeId: first }),
    };
    return notify(problems[0]?.message ?? error.message, "error", action);
  }
  select(new Set(places));
  const sentences = [...new Set(problems.map((problem) => problem.message))];
  const shown = sentences.slice(0, 4).map((sentence) => `• ${sentence}`);
  notify([`This cannot run yet.`, ...shown].join("\n"), "error");
}

export async function stopRun(id: string): Promise<void> {
  await stop(id).catch((error: unknown) => notify(sentenceOf(error), "error"));
}
