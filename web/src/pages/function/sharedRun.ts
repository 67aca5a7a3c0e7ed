/** A run of a share link, from pressing Run to its results: it says how far it is, and nothing of its nodes. */

import { ApiError } from "../../api/client";
import { readSharedRun, startSharedRun } from "../../api/sdk";
import { isTerminal } from "../../api/status";
import type { SharedRun } from "../../generated/api";
import type { CallProgress, FunctionCall } from "./call";

/** Between two questions how far it is; the pause grows with a run that takes long. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 3_000;

/**
 * Starts a run, or finds it again, and gives it once it has ended. Raises ApiError where it is refused; once
 * it has started, a server that does not answer is asked again until `signal` says stop.
 */
export async function followSharedRun(
  linkId: string,
  { key, inputs }: FunctionCall,
  onProgress: (progress: CallProgress) => void,
  signal: AbortSignal,
): Promise<SharedRun> {
  const headers = { "Idempotency-Key": key };
  let run = await startSharedRun({ path: { linkId }, headers, body: inputs, signal });
  let connected = true;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LAST_PAUSE_MS, pause * 1.2)) {
    const { runId, status, endedStepCount } = run;
    onProgress({ runId, status, endedCount: endedStepCount, failures: [], connected });
    if (isTerminal(status)) return run;
    await new Promise((resolve) => setTimeout(resolve, pause));
    signal.throwIfAborted();
    try {
      run = await readSharedRun({ path: { linkId, runId }, signal });
      connected = true;
    } catch (error) {
      if (!(error instanceof ApiError && error.retryable)) throw error;
      connected = false;
    }
  }
}
