/** Says whether the work is safe, and where. */

import { Cloud, CloudAlert, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { type SaveState, useServer } from "../../stores/server";
import { editor } from "../../sync/editor";

const APPEARANCE: Record<SaveState["kind"], { label: string; icon: typeof Cloud; tip: string }> = {
  saved: { label: "Saved", icon: Cloud, tip: "Everything is on the server." },
  waiting: {
    label: "Saving …",
    icon: LoaderCircle,
    tip: "Kept on this machine, on its way to the server.",
  },
  saving: {
    label: "Saving …",
    icon: LoaderCircle,
    tip: "Kept on this machine, on its way to the server.",
  },
  offline: {
    label: "Offline",
    icon: CloudOff,
    tip: "Kept on this machine; sent as soon as the server answers.",
  },
  refused: { label: "Not saved", icon: CloudAlert, tip: "" },
  conflict: { label: "Two versions", icon: TriangleAlert, tip: "Somebody else saved meanwhile." },
};

export function SaveStatus() {
  const save = useServer((state) => state.save);
  const { label, icon: Icon, tip } = APPEARANCE[save.kind];
  const spins = save.kind === "saving" || save.kind === "waiting";
  return (
    <button
      type="button"
      className="save-status"
      data-save={save.kind}
      data-tooltip={save.kind === "refused" ? save.reason : tip}
      aria-live="polite"
      onClick={() => void editor.saver.flush()}
    >
      <Icon aria-hidden className={spins ? "spin" : undefined} />
      <span>{label}</span>
    </button>
  );
}
