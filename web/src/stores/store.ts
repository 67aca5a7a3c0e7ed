/** What every store is: a state that components subscribe to, and the actions that change it. */

import { create, type StoreApi, type UseBoundStore } from "zustand";

export abstract class Store<State extends object> {
  /** The hook that components subscribe with. */
  readonly use: UseBoundStore<StoreApi<State>>;

  protected constructor(initial: State) {
    this.use = create<State>(() => initial);
  }

  get state(): State {
    return this.use.getState();
  }

  set(changes: Partial<State>): void {
    this.use.setState(changes);
  }
}
