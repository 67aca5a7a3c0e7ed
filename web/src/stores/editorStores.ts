/** The stores of one editor, together. */

import { DocumentStore, documentStore } from "./document";
import { RunsStore, runsStore } from "./runs";
import { ServerStore, serverStore } from "./server";
import { SessionStore, sessionStore } from "./session";
import { ViewStore, viewStore } from "./view";

export interface EditorStores {
  document: DocumentStore;
  runs: RunsStore;
  server: ServerStore;
  session: SessionStore;
  view: ViewStore;
}

/** Stores that share nothing with any others. */
export function createStores(): EditorStores {
  return {
    document: new DocumentStore(),
    runs: new RunsStore(),
    server: new ServerStore(),
    session: new SessionStore(),
    view: new ViewStore(),
  };
}

/** Those that the components of this page subscribe to. */
export const pageStores: EditorStores = {
  document: documentStore,
  runs: runsStore,
  server: serverStore,
  session: sessionStore,
  view: viewStore,
};
