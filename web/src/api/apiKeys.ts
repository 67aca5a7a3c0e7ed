/** API keys: made by people for their programs. */

import type { ApiKeyCreate } from "../generated/api";
import { zApiKeyMade, zApiKeyPage } from "../generated/api/zod.gen";
import { requestJson, request } from "./client";

export type { ApiKeyMade, ApiKeyRead } from "../generated/api";

export function listKeys(cursor: string | null = null) {
  const query = new URLSearchParams({ limit: "100", ...(cursor ? { cursor } : {}) });
  return requestJson(zApiKeyPage, `/api/keys?${query}`);
}

/** Makes a key; the answer is the only one that has its secret. */
export function createKey(wanted: ApiKeyCreate) {
  return requestJson(zApiKeyMade, "/api/keys", { method: "POST", json: wanted });
}

export async function deleteKey(id: string): Promise<void> {
  await request(`/api/keys/${id}`, { method: "DELETE" });
}
