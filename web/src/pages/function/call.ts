/** One call of a function, from pressing Run to its results. */

import { ApiError } from "../../api/client";
import { followRun, type RunEvent } from "../../api/events";
import { callFunction } from "../../api/sdk";
import { isTerminal } from "../../api/status";
import type { FunctionResult, RunStatus } from "../../generated/api";
import type { Json } from "../../graph/document";
import { randomId } from "../../graph/id";

/** What is asked for: sent again with the same key, it is the same run. */
export interface FunctionCall {
  name: string;
  key: string;
  inputs: Record<string, Json>;
}

export interface CallProgress {
  runId: string;
  status: RunStatus;
  /** Nodes that have ended. */
  endedCount: number;
  /** Why nodes failed, each reason once. */
  failures: readonly string[];
  /** Whether news of it arrive. */
  connected: boolean;
}

const RETRY_MS = 2_000;
/** How long the server is asked to wait for the end, where events do not tell of it. */
const WAIT_SECONDS = 20;

export function newCall(name: string, inputs: Record<string, Json>): FunctionCall {
  return { name, key: randomId(24), inputs };
}

/** Whether a call gives these inputs. */
export function hasInputs(call: FunctionCall, inputs: Record<string, Json>): boolean {
  return JSON.stringify(call.inputs) === JSON.stringify(inputs);
}

/**
 * Starts the run of a call, or finds it again, and gives its results once it has ended. Raises ApiError where
 * it is refused; once it has started, a server that does not answer is asked again until `signal` says stop.
 */
export async function followCall(
  call: FunctionCall,
  onProgress: (progress: CallProgress) => void,
  signal: AbortSignal,
): Promise<FunctionResult> {
  let result = await send(call, signal);
  const [ended, failures] = [new Set<string>(), new Set<string>()];
  let progress: CallProgress = {
    ...{ runId: result.runId, status: result.status, endedCount: 0 },
    ...{ failures: [], connected: true },
  };
  const change = (changes: Partial<CallProgress>) => {
    progress = { ...progress, ...changes };
    onProgress(progress);
  };
  const onEvent = ({ type, data }: RunEvent) => {
    if (type === "run") change({ status: data.status });
    if (type !== "node" || !isTerminal(data.status)) return;
    ended.add(data.nodeId);
    if (data.status === "FAILED" && data.error) failures.add(data.error.message);
    change({ endedCount: ended.size, failures: [...failures] });
  };
  const onConnection = (connected: boolean) => change({ connected });
  const follow = () => followRun(result.runId, { onEvent, onConnection }, signal);
  change({});
  // The run itself says which nodes failed; why, without a name of the graph, their events say.
  if (result.status === "FAILED") await follow();
  while (!isTerminal(result.status)) {
    await follow();
    result = await sendUntilAnswered(call, signal);
  }
  return result;
}

function send({ name, key, inputs }: FunctionCall, signal: AbortSignal, prefer?: string) {
  return callFunction({
    path: { functionName: name },
    headers: { "Idempotency-Key": key, ...(prefer && { Prefer: prefer }) },
    body: inputs,
    signal,
  });
}

async function sendUntilAnswered(call: FunctionCall, signal: AbortSignal): Promise<FunctionResult> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await send(call, signal, `wait=${WAIT_SECONDS}`);
    } catch (error) {
      if (!(error instanceof ApiError && error.retryable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
