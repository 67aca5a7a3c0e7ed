/** Opens the preview of a run. */

import { setRunPreview, type Scope } from "../../stores/view";
import { openDialog } from "../../stores/session";
import { defaultReuse } from "../../sync/startRun";

export function openRunPreview(scope: Scope): void {
  setRunPreview(scope, defaultReuse(scope));
  openDialog("run");
}
