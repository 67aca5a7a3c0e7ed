/** Copies of what is not on the server yet, in the browser's IndexedDB. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Graph, Viewport } from "../../graph/document";

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

const DRAFTS = "drafts";

interface Schema extends DBSchema {
  [DRAFTS]: { key: [number, string]; value: Draft };
}

export class Drafts {
  private connection: Promise<IDBPDatabase<Schema>> | null = null;

  private get database(): Promise<IDBPDatabase<Schema>> {
    this.connection ??= openDB<Schema>("nodeloom", 1, {
      upgrade: (database) => {
        database.createObjectStore(DRAFTS, { keyPath: ["workflowId", "windowId"] });
      },
    });
    return this.connection;
  }

  async save(draft: Draft): Promise<void> {
    await (await this.database).put(DRAFTS, draft);
  }

  async delete(workflowId: number, windowId: string): Promise<void> {
    await (await this.database).delete(DRAFTS, [workflowId, windowId]);
  }

  async list(workflowId: number): Promise<Draft[]> {
    const database = await this.database;
    const from: [number, string] = [workflowId, ""];
    return database.getAll(DRAFTS, IDBKeyRange.bound(from, [workflowId, []]));
  }
}
