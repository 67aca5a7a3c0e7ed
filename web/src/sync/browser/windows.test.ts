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
  const { WindowChannel, listOpenWindows } = await load();
  const id = await new WindowChannel().id;
  expect(await listOpenWindows()).toEqual(new Set([id]));
  locks?.held.clear(); // the page is gone
  expect(await new (await load()).WindowChannel().id).toBe(id);
  const copy = await new (await load()).WindowChannel().id; // session storage is copied, too
  expect(copy).not.toBe(id);
  expect(await listOpenWindows()).toEqual(new Set([id, copy]));
});

test("one window asks for its id once", async () => {
  const { WindowChannel } = await load();
  const channel = new WindowChannel();
  expect(await channel.id).toBe(await channel.id);
  expect(locks?.held.size).toBe(1);
});

test("where there are no locks a window trusts its storage, and knows of no other", async () => {
  locks = undefined;
  const { WindowChannel, listOpenWindows } = await load();
  const id = await new WindowChannel().id;
  expect(await new WindowChannel().id).toBe(id);
  expect(await listOpenWindows()).toEqual(new Set());
});

test("windows hear one another, not themselves, until they stop listening", async () => {
  const { WindowChannel } = await load();
  const [one, two] = [new WindowChannel(), new WindowChannel()];
  const [byOne, byTwo] = [vi.fn(), vi.fn()];
  one.onBroadcast(byOne);
  const stop = two.onBroadcast(byTwo);
  const message = { kind: "saved", workflowId: 1, revision: 2, windowId: "one" } as const;
  one.broadcast(message);
  await vi.waitFor(() => expect(byTwo).toHaveBeenCalledExactlyOnceWith(message));
  stop();
  one.broadcast(message);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([byOne.mock.calls.length, byTwo.mock.calls.length]).toEqual([0, 1]);
});
