/** Where a form gets its function from, and who runs it: its owner, or whoever has a share link. */

import { createContext, useContext } from "react";
import { assetUrl } from "../../api/assets";
import {
  cancelRun,
  cancelSharedRun,
  readFunction,
  readSharedFunction,
  uploadAsset,
  uploadSharedFile,
} from "../../api/sdk";
import type { FunctionResult } from "../../generated/api";
import type { Schema } from "../../graph/node-types/form";
import { type CallProgress, followCall, type FunctionCall } from "./call";
import { followSharedRun } from "./sharedRun";

/** What a form is made of. */
export interface FormRead {
  title: string;
  inputs: Schema;
  outputs: Schema;
  stepCount: number;
  /** Of a share link: how often it can be used still, and until when. */
  limits?: { runsLeft: number; expiresAt: string };
}

export interface FormSource {
  /** Under which this window remembers a call that goes on. */
  id: string;
  read: () => Promise<FormRead>;
  /** Raises ApiError where a call is refused. */
  follow: (
    call: FunctionCall,
    onProgress: (progress: CallProgress) => void,
    signal: AbortSignal,
  ) => Promise<FunctionResult>;
  cancel: (runId: string) => Promise<unknown>;
  /** Gives the id of what was uploaded. */
  upload: (file: File) => Promise<string>;
  uploadUrl: (assetId: string) => string;
}

export function ownFunction(name: string): FormSource {
  return {
    id: name,
    read: async () => {
      const read = await readFunction({ path: { functionName: name } });
      return { ...read, title: read.workflowName, stepCount: read.nodeCount };
    },
    follow: followCall,
    cancel: (runId) => cancelRun({ path: { runId } }),
    upload: async (file) => (await uploadAsset({ body: { file } })).id,
    uploadUrl: assetUrl,
  };
}

/** The token is asked with once; then the browser has it as a cookie for this link's addresses. */
export function sharedFunction(linkId: string, token: string): FormSource {
  const path = { linkId };
  return {
    id: `shared ${linkId}`,
    read: async () => {
      const headers = token ? { Authorization: `Bearer ${token}` } : {};
      const { runsLeft, expiresAt, ...read } = await readSharedFunction({ path, headers });
      return { ...read, limits: { runsLeft, expiresAt } };
    },
    follow: (call, onProgress, signal) => followSharedRun(linkId, call, onProgress, signal),
    cancel: (runId) => cancelSharedRun({ path: { ...path, runId } }),
    upload: async (file) => (await uploadSharedFile({ path, body: { file } })).assetId,
    uploadUrl: (assetId) => `/api/shared/${linkId}/uploads/${assetId}`,
  };
}

export const FormSourceContext = createContext<FormSource | null>(null);

/** The source of the form around. */
export function useFormSource(): FormSource {
  const source = useContext(FormSourceContext);
  if (!source) throw new Error("There is no form around.");
  return source;
}
