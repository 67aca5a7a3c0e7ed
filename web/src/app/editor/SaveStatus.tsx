/** Says whether the work is safe, and where. */

import { Cloud, CloudAlert, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { type SaveState, useServer } from "../../stores/server";
import { push } from "../../sync/save";
import { Tip } from "../../ui/Tooltip";

const LOOKS: Record<SaveState["kind"], { word: string; icon: typeof Cloud; tip: string }> = {
  saved: { word: "Saved", icon: Cloud, tip: "Everything is on the server." },
  waiting: {
    word: "Saving …",
    icon: LoaderCircle,
    tip: "Kept on this machine, on its way to the server.",
  },
  saving: {
    word: "Saving …",
    icon: LoaderCircle,
    tip: "Kept on this machine, on its way to the server.",
  },
  offline: {
    word: "Offline",
    icon: CloudOff,
    tip: "Kept on this machine; sent as soon as the server answers.",
  },
  refused: { word: "Not saved", icon: CloudAlert, tip: "" },
  conflict: { word: "Two versions", icon: TriangleAlert, tip: "Somebody else saved meanwhile." },
};

export function SaveMark() {
  const save = useServer((state) => state.save);
  const { word, icon: Icon, tip } = LOOKS[save.kind];
  const spins = save.kind === "saving" || save.kind === "waiting";
  return (
    <Tip text={save.kind === "refused" ? save.reason : tip}>
      <button
        type="button"
        className="savemark"
        data-save={save.kind}
        aria-live="polite"
        onClick={() => void push()}
      >
        <Icon aria-hidden className={spins ? "spin" : undefined} />
        <span>{word}</span>
      </button>
    </Tip>
  );
}
