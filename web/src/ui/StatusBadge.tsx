/** The state of a run or of a node: never by colour alone. */

import {
  Check,
  CircleDashed,
  CircleSlash,
  History,
  LoaderCircle,
  type LucideIcon,
  Pause,
  Recycle,
  SkipForward,
  Split,
  X,
} from "lucide-react";
import { displayStatus, type State } from "../stores/status";

const APPEARANCE: Record<string, { label: string; icon: LucideIcon; title?: string }> = {
  PENDING: { label: "Waiting", icon: CircleDashed },
  RUNNING: { label: "Running", icon: LoaderCircle },
  PAUSING: { label: "Pausing", icon: LoaderCircle, title: "Pausing after the nodes in flight …" },
  WAITING: { label: "Paused", icon: Pause },
  COMPLETED: { label: "Done", icon: Check },
  REUSED: { label: "Reused", icon: Recycle },
  FAILED: { label: "Failed", icon: X },
  CANCELLED: { label: "Stopped", icon: CircleSlash },
  SKIPPED: { label: "Skipped", icon: SkipForward },
  NOT_TAKEN: { label: "Not taken", icon: Split },
};

export function StatusBadge(state: State) {
  const name = displayStatus(state);
  const { label, icon: Icon, title } = APPEARANCE[name] ?? { label: name, icon: CircleDashed };
  return (
    <span className={`status status--${name}`} data-status={state.status} title={title}>
      <Icon aria-hidden className={Icon === LoaderCircle ? "spin" : undefined} />
      {label}
    </span>
  );
}

/** Beside a state: the result no longer fits what is drawn. */
export function OutOfDateBadge() {
  return (
    <span className="status status--OUT_OF_DATE">
      <History aria-hidden />
      Out of date
    </span>
  );
}
