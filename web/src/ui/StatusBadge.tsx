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
import { statusShown } from "../stores/runs";

const LOOKS: Record<string, { word: string; icon: LucideIcon }> = {
  PENDING: { word: "Waiting", icon: CircleDashed },
  RUNNING: { word: "Running", icon: LoaderCircle },
  COMPLETED: { word: "Done", icon: Check },
  REUSED: { word: "Reused", icon: Recycle },
  FAILED: { word: "Failed", icon: X },
  CANCELLED: { word: "Stopped", icon: CircleSlash },
  SKIPPED: { word: "Skipped", icon: SkipForward },
};

export function Status({ status, reused = false }: { status: string; reused?: boolean }) {
  const name = statusShown(status, reused);
  const { word, icon: Icon } = LOOKS[name] ?? { word: name, icon: CircleDashed };
  return (
    <span className={`status status--${name}`} data-status={status}>
      <Icon aria-hidden className={name === "RUNNING" ? "spin" : undefined} />
      {word}
    </span>
  );
}
