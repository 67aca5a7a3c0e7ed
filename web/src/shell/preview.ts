/** Opens the preview of a run. */

import { previewRun, type Scope } from "../stores/look";
import { openDialog } from "../stores/session";
import { usualReuse } from "../sync/start";

export function previewScope(scope: Scope): void {
  previewRun(scope, usualReuse(scope));
  openDialog("run");
}
