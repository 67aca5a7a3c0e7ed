// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

/** The locks of a browser: one holder each, for as long as its callback's promise is open. */
class FakeLocks {
  readonly held = new Set<string>();

  request(name: string, _: LockOptions, hold: (lock: object | null) => Promise<never> | undefined) {
    if (this.held.has(name)) return Promise.resolve(hold(null));
    this.held.add(name);
    return hold({ name });
  }

  query() {
    return Promise.resolve({ held: [...this.held].map((name) => ({ name })) });
  }
}

let locks: FakeLocks | undefined;

beforeEach(() => {
  sessionStorage.clear();
  locks = new FakeLocks();
});

/** A page that is loaded anew: the module, too. */
async function load() {
  vi.resetModules();
  vi.stubGlobal("navigator", { locks });
  return import("./windows");
}

test("a window keeps its id over a reload, and a copy of the tab gets another", async () => {
  const { OwnWindow, listOpenWindows } = await load();
  const id = await new OwnWindow().id;
  expect(await listOpenWindows()).toEqual(new Set([id]));
  locks?.held.clear(); // the page is gone
  expect(await new (await load()).OwnWindow().id).toBe(id);
  const copy = await new (await load()).OwnWindow().id; // session storage is copied, too
  expect(copy).not.toBe(id);
  expect(await listOpenWindows()).toEqual(new Set([id, copy]));
});

test("one window asks for its id once", async () => {
  const { OwnWindow } = await load();
  const own = new OwnWindow();
  expect(await own.id).toBe(await own.id);
  expect(locks?.held.size).toBe(1);
});

test("where there are no locks a window trusts its storage, and knows of no other", async () => {
  locks = undefined;
  const { OwnWindow, listOpenWindows } = await load();
  const id = await new OwnWindow().id;
  expect(await new (await load()).OwnWindow().id).toBe(id);
  expect(await listOpenWindows()).toEqual(new Set());
});
