/** Server-sent events of a run or a workflow, resumed where they broke off. */

import { createParser, type EventSourceMessage } from "eventsource-parser";
import { z } from "zod/mini";
import type {
  NodeEventRead,
  PreviewEventRead,
  RunEventRead,
  TokenEventRead,
  WorkflowEventRead,
} from "../generated/api";
import {
  zNodeEventRead,
  zPreviewEventRead,
  zRunEventRead,
  zTokenEventRead,
  zWorkflowEventRead,
} from "../generated/api/zod.gen";
import { ApiError, client } from "./client";
import { isTerminal } from "./status";

export type RunEvent =
  | { type: "run"; data: RunEventRead }
  | { type: "node"; data: NodeEventRead }
  | { type: "token"; data: TokenEventRead }
  | { type: "preview"; data: PreviewEventRead };

/** Reads an event; one that is not understood is passed over, as newer servers may send more. */
export function readEvent({
  event,
  data,
}: Pick<EventSourceMessage, "event" | "data">): RunEvent | null {
  const json: unknown = JSON.parse(data);
  const read = zEvent.safeParse({ type: event, data: json });
  return read.success ? read.data : null;
}

const zEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("run"), data: zRunEventRead }),
  z.object({ type: z.literal("node"), data: zNodeEventRead }),
  z.object({ type: z.literal("token"), data: zTokenEventRead }),
  z.object({ type: z.literal("preview"), data: zPreviewEventRead }),
]);

export interface RunListener {
  onEvent: (event: RunEvent) => void;
  /** Whether the connection stands; false: it is tried again. */
  onConnection?: (stands: boolean) => void;
  /** Nothing more will come. */
  onEnd?: () => void;
}

const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/** Null: there are no more events. */
type EventBytes = ReadableStream<Uint8Array<ArrayBuffer>> | null;

/** Hears the events of a run until it ends or `signal` says stop. */
export async function followRun(
  runId: string,
  listener: RunListener,
  signal: AbortSignal,
  lastId = "",
): Promise<void> {
  const onMessage = (message: EventSourceMessage): boolean => {
    const event = readEvent(message);
    if (event) listener.onEvent(event);
    return event?.type === "run" && isTerminal(event.data.status);
  };
  await follow(`/api/runs/${runId}/events`, { ...listener, onMessage }, signal, lastId);
}

/** Hears of each save of a workflow, and of what it is at now, until `signal` says stop. */
export async function followWorkflow(
  workflowId: number,
  onChange: (change: WorkflowEventRead) => void,
  signal: AbortSignal,
): Promise<void> {
  const onMessage = ({ data }: EventSourceMessage): boolean => {
    const read = zWorkflowEventRead.safeParse(JSON.parse(data));
    if (read.success) onChange(read.data);
    return false;
  };
  await follow(`/api/workflows/${workflowId}/events`, { onMessage }, signal);
}

interface StreamListener extends Pick<RunListener, "onConnection" | "onEnd"> {
  /** Gives whether it was the last one. */
  onMessage: (message: EventSourceMessage) => boolean;
}

/** Reads a stream of events, again where it broke off, until its last one or until `signal` says stop. */
async function follow(
  url: string,
  listener: StreamListener,
  signal: AbortSignal,
  lastId = "",
): Promise<void> {
  let last = lastId;
  let wait = MIN_RETRY_MS;
  while (!signal.aborted) {
    try {
      const headers = last ? { "Last-Event-ID": last } : {};
      const { data, response } = await client.get<{ 200: EventBytes }, unknown, true>({
        url,
        headers,
        signal,
        parseAs: "stream",
      });
      listener.onConnection?.(true);
      wait = MIN_RETRY_MS;
      const ended = await readEvents(data, listener, (id) => {
        last = id;
      });
      if (ended || response.status === 204) return listener.onEnd?.();
    } catch (error) {
      if (isAborted(signal)) return;
      if (error instanceof ApiError && !error.retryable) return listener.onEnd?.();
    }
    listener.onConnection?.(false);
    await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
    wait = Math.min(wait * 2, MAX_RETRY_MS);
  }
}

/** Asked anew each time: it changes while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Whether the last event came within this answer. */
async function readEvents(
  bytes: EventBytes,
  listener: StreamListener,
  remember: (id: string) => void,
): Promise<boolean> {
  let ended = false;
  const parser = createParser({
    onEvent: (message) => {
      ended = listener.onMessage(message) || ended;
      if (message.id) remember(message.id);
    },
  });
  const pieces = bytes?.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await pieces?.read(); next && !next.done; next = await pieces?.read()) {
    parser.feed(next.value);
  }
  return ended;
}
