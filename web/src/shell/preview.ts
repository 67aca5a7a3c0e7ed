/** Opens the preview of a run, which is drawn by RunPreview; that is loaded later. */

import { previewRun, type Scope } from "../stores/look";
import { openDialog } from "../stores/session";
import { usualReuse } from "../sync/start";

export function previewScope(scope: Scope): void {
  previewRun(scope, usualReuse(scope));
  openDialog("run");
}
