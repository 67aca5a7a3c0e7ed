/** This window among the others of this browser: its id, and whether another one is still open. */

import { randomId } from "../../graph/id";

const KEY = "nodeloom.window";
const LOCK = "nodeloom-window-";

/** Not there on pages of another machine that were not loaded over TLS. */
const { locks } = navigator as Partial<Navigator>;

export class OwnWindow {
  private claimed: Promise<string> | null = null;

  /** The id of this window; the same after a reload, another one in a copy of the tab. */
  get id(): Promise<string> {
    this.claimed ??= claimWindowId();
    return this.claimed;
  }
}

async function claimWindowId(): Promise<string> {
  const stored = sessionStorage.getItem(KEY);
  if (stored && (await acquireLock(stored))) return stored;
  const id = randomId(16);
  sessionStorage.setItem(KEY, id);
  await acquireLock(id);
  return id;
}

/** Holds the lock of a window for as long as this page lives; false: another one holds it. */
function acquireLock(id: string): Promise<boolean> {
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void locks.request(LOCK + id, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    });
  });
}

/** Ids of the windows that are open. */
export async function listOpenWindows(): Promise<ReadonlySet<string>> {
  if (!locks) return new Set();
  const { held = [] } = await locks.query();
  return new Set(held.map((lock) => lock.name?.replace(LOCK, "") ?? ""));
}
