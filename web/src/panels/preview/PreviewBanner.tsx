/** Says that the canvas shows something old, which cannot be changed, and leads back. */

import "./preview.css";
import { History, Undo2 } from "lucide-react";
import { type Past, useLook } from "../../stores/view";
import { Button } from "../../ui/Button";
import { ago } from "../../ui/format";
import { clock } from "../runs/format";
import { backToNow, restoreNow } from "./actions";

export default function PastBanner() {
  const past = useLook((state) => state.past);
  if (!past) return null;
  const { at, version } = past;
  return (
    <section className="past" aria-label="An older version" role="status">
      <History aria-hidden />
      <p className="past__text">
        <strong>{titleOf(past)}</strong>
        <span>{ago(at)}, to look at only</span>
      </p>
      <Button small onClick={() => void restoreNow(version)}>
        <Undo2 aria-hidden /> Restore this version
      </Button>
      <Button small look="primary" onClick={backToNow}>
        Back to now
      </Button>
    </section>
  );
}

function titleOf({ runId, label, at }: Past): string {
  if (runId) return `As it was in the run of ${clock(at)}`;
  return label ? `As it was: ${label}` : `As it was at ${clock(at)}`;
}
