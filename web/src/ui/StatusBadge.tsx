/** The state of a run or of a node: never by colour alone. */

import {
  Check,
  CircleDashed,
  CircleSlash,
  LoaderCircle,
  type LucideIcon,
  Recycle,
  SkipForward,
  X,
} from "lucide-react";
import { displayStatus } from "../stores/runs";

const APPEARANCE: Record<string, { label: string; icon: LucideIcon }> = {
  PENDING: { label: "Waiting", icon: CircleDashed },
  RUNNING: { label: "Running", icon: LoaderCircle },
  COMPLETED: { label: "Done", icon: Check },
  REUSED: { label: "Reused", icon: Recycle },
  FAILED: { label: "Failed", icon: X },
  CANCELLED: { label: "Stopped", icon: CircleSlash },
  SKIPPED: { label: "Skipped", icon: SkipForward },
};

export function StatusBadge({ status, reused = false }: { status: string; reused?: boolean }) {
  const name = displayStatus(status, reused);
  const { label, icon: Icon } = APPEARANCE[name] ?? { label: name, icon: CircleDashed };
  return (
    <span className={`status status--${name}`} data-status={status}>
      <Icon aria-hidden className={name === "RUNNING" ? "spin" : undefined} />
      {label}
    </span>
  );
}
