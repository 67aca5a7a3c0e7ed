/** The editor of this page: the one place where a session meets the stores that components use. */

import { pageStores } from "../stores/editorStores";
import { EditorSession } from "./session";

export const editor = new EditorSession(pageStores);
