/** How the server is asked. Every failure is an `ApiError` with a sentence that can be shown. */

import { z } from "zod/mini";
import type { Problem } from "../generated/api";
import { client } from "../generated/api/client.gen";
import { zProblem } from "../generated/api/zod.gen";

export { client };

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

// Also where an answer calls itself something else, such as a page of some proxy.
client.setConfig({ parseAs: "json" });

client.interceptors.error.use((error, response) => {
  if (error instanceof DOMException && error.name === "AbortError") return error;
  const { status = 0, ok = false } = response ?? {};
  if (status === 0) {
    return new ApiError("Nodeloom does not answer. Is it still running?", 0, "unreachable");
  }
  if (ok) {
    const text = "The server answered in a way this page does not understand; reload the page.";
    return new ApiError(text, status, "not_understood");
  }
  const parsed = zErrorBody.safeParse(error);
  const { detail, code, problems, revision } = parsed.success ? parsed.data : zErrorBody.parse({});
  return new ApiError(detail, status, code, problems ?? [], revision ?? null);
});

/** Sets what gives the token that says who is asking; in local mode there is none. */
export function setTokenProvider(getToken: () => Promise<string | null>): void {
  client.interceptors.request.clear();
  client.interceptors.request.use(async (request) => {
    const token = await getToken();
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  });
}

/** A sentence about anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
