/** What is known of the server: catalogue, user, and how far the saving of the document is. */

import type { Me, OutOfDateResult, Problem } from "../generated/api";
import type { Catalogue } from "../graph/node-types/catalogue";
import type { Graph } from "../graph/document";
import { Store } from "./store";

export type SaveState =
  | { kind: "saved" }
  | { kind: "waiting" }
  | { kind: "saving" }
  | { kind: "offline"; reason: string }
  /** The server refuses the graph as it is; it is kept on this machine. */
  | { kind: "refused"; reason: string }
  /** Somebody else saved; `theirs` is what the server has. */
  | { kind: "conflict"; base: Graph; theirs: Graph; revision: number };

export interface ServerState {
  catalogue: Catalogue;
  me: Me | null;
  /** Leaves the account; null where nobody signs in. */
  signOut: (() => Promise<void>) | null;
  save: SaveState;
  /** The revision that the server has of the open workflow, as far as is known. */
  revision: number;
  problems: readonly Problem[];
  /** What keeps nothing from running and is to be known. */
  warnings: readonly Problem[];
  /** By node id: results that no longer fit what is drawn. */
  outOfDate: ReadonlyMap<string, OutOfDateResult>;
}

const NOTHING: ReadonlyMap<string, OutOfDateResult> = new Map();

/** What is known of the stored graph before it was checked. */
export const UNCHECKED = { problems: [], warnings: [], outOfDate: NOTHING };

const EMPTY_CATALOGUE: Catalogue = {
  types: [],
  byId: new Map(),
  categories: [],
  kinds: new Map(),
};

export class ServerStore extends Store<ServerState> {
  constructor() {
    super({
      catalogue: EMPTY_CATALOGUE,
      me: null,
      signOut: null,
      save: { kind: "saved" },
      revision: 0,
      ...UNCHECKED,
    });
  }
}

/** What this page knows of the server. */
export const serverStore = new ServerStore();
export const useServer = serverStore.use;

/** Prefect asks for a password of its own; only on a machine of one's own is it known where that is. */
export const PREFECT_PASSWORD_HINT =
  "It asks for a password: the one in the file prefect.password of Nodeloom’s folder, usually ~/.nodeloom.";

export function currentCatalogue(): Catalogue {
  return useServer.getState().catalogue;
}

export function useCatalogue(): Catalogue {
  return useServer((state) => state.catalogue);
}
