/** Asks the server. Every failure is an `ApiError` with a sentence that can be shown. */

import { z } from "zod/mini";
import type { Problem } from "../generated/api";
import { zProblem } from "../generated/api/zod.gen";

export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    message: string,
    /** HTTP status; 0: the server was not reached. */
    readonly status: number,
    readonly code: string,
    readonly problems: Problem[] = [],
    /** Of a conflict: the revision that the server has. */
    readonly revision: number | null = null,
  ) {
    super(message);
  }

  /** Whether trying again later can help without changing anything. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const zErrorBody = z.looseObject({
  detail: z._default(z.string(), "The server refused without saying why."),
  code: z._default(z.string(), "unknown"),
  problems: z.nullish(z.array(zProblem)),
  revision: z.nullish(z.number()),
});

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Let the request outlive the page. */
  keepalive?: boolean;
}

type HeadersProvider = () => Promise<Record<string, string>>;
let provideHeaders: HeadersProvider = () => Promise.resolve({});

/** Sets what gives the headers that say who is asking; none in local mode. */
export function setHeadersProvider(give: HeadersProvider): void {
  provideHeaders = give;
}

/** Sends a request; the answer has a good status. Raises ApiError. */
export async function request(path: string, ask: RequestOptions = {}): Promise<Response> {
  const { json, headers, ...rest } = ask;
  const sent = { ...(await provideHeaders()), ...headers };
  const init: RequestInit =
    json === undefined
      ? { ...rest, headers: sent }
      : {
          ...rest,
          headers: { ...sent, "Content-Type": "application/json" },
          body: JSON.stringify(json),
        };
  const answer = await fetch(path, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("Nodeloom does not answer. Is it still running?", 0, "unreachable");
  });
  if (!answer.ok) throw await readError(answer);
  return answer;
}

async function readError(answer: Response): Promise<ApiError> {
  const body: unknown = await answer.json().catch(() => ({}));
  const parsed = zErrorBody.safeParse(body);
  const { detail, code, problems, revision } = parsed.success ? parsed.data : zErrorBody.parse({});
  return new ApiError(detail, answer.status, code, problems ?? [], revision ?? null);
}

/** Asks and reads the answer. Raises ApiError. */
export async function requestJson<T>(
  schema: z.ZodMiniType<T>,
  path: string,
  ask: RequestOptions = {},
): Promise<T> {
  return parseJson(schema, await request(path, ask));
}

export async function parseJson<T>(schema: z.ZodMiniType<T>, answer: Response): Promise<T> {
  const parsed = schema.safeParse(await answer.json());
  if (parsed.success) return parsed.data;
  throw new ApiError(
    "The server answered in a way this page does not understand; reload the page.",
    answer.status,
    "not_understood",
  );
}

/** A sentence about anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
