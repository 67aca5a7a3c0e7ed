/** Copies of what is not on the server yet, in the browser's IndexedDB. */

import type { Graph, Viewport } from "../graph/document";

/** Edits of one window that the server has not accepted. */
export interface Draft {
  workflowId: number;
  /** The window that made them; survives a reload of it. */
  windowId: string;
  /** What the edits began with, and its revision. */
  base: Graph;
  revision: number;
  graph: Graph;
  viewport: Viewport;
  at: number;
}

const NAME = "nodeloom";
const DRAFTS = "drafts";

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(DRAFTS, { keyPath: ["workflowId", "windowId"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failure(request.error));
  });
  return opening;
}

function failure(error: DOMException | null): Error {
  return error ?? new Error("The local storage of the browser failed.");
}

async function work<T>(
  mode: IDBTransactionMode,
  make: (drafts: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await database()).transaction(DRAFTS, mode);
  const request = make(transaction.objectStore(DRAFTS));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(failure(transaction.error));
    transaction.onerror = () => reject(failure(transaction.error));
  });
}

export async function saveDraft(draft: Draft): Promise<void> {
  await work("readwrite", (drafts) => drafts.put(draft));
}

export async function deleteDraft(workflowId: number, windowId: string): Promise<void> {
  await work("readwrite", (drafts) => drafts.delete([workflowId, windowId]));
}

export async function listDrafts(workflowId: number): Promise<Draft[]> {
  const range = IDBKeyRange.bound([workflowId], [workflowId, []]);
  return (await work("readonly", (drafts) => drafts.getAll(range))) as Draft[];
}
