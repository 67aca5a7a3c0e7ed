/** Opens the preview of a run. */

import { previewRun, type Scope } from "../../stores/view";
import { openDialog } from "../../stores/session";
import { usualReuse } from "../../sync/startRun";

export function previewScope(scope: Scope): void {
  previewRun(scope, usualReuse(scope));
  openDialog("run");
}
