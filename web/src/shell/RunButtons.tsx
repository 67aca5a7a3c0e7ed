/** Run, and what else can be run; Stop while a run goes on. */

import {
  ChevronDown,
  Play,
  RotateCcw,
  Square,
  SquareDashedMousePointer,
  RefreshCw,
} from "lucide-react";
import { isTerminal } from "../api/events";
import { useDocument } from "../stores/document";
import { useShownRun } from "../stores/runs";
import { useSession } from "../stores/session";
import { startScope, stopRun } from "../sync/start";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { Status } from "../ui/Status";
import { shown } from "./keys";

export function RunButtons() {
  const run = useShownRun();
  const empty = useDocument((state) => state.graph.nodes.length === 0);
  const going = run !== undefined && !isTerminal(run.summary.status);
  return (
    <div className="runbuttons">
      {run && <Progress />}
      {going ? (
        <Button look="danger" onClick={() => void stopRun(run.summary.id)}>
          <Square aria-hidden /> Stop
        </Button>
      ) : (
        <Button look="primary" disabled={empty} onClick={() => void startScope({ kind: "all" })}>
          <Play aria-hidden /> Run
        </Button>
      )}
      <MoreRuns going={going} />
    </div>
  );
}

/** How far the shown run is. */
function Progress() {
  const run = useShownRun();
  if (!run) return null;
  const nodes = Object.values(run.nodes);
  const done = nodes.filter((node) => isTerminal(node.status)).length;
  return (
    <span className="runbuttons__progress" role="status" aria-label="State of the run">
      <Status status={run.summary.status} />
      {!isTerminal(run.summary.status) && (
        <span className="muted">
          {done} of {nodes.length}
        </span>
      )}
      {!run.connected && <span className="muted">reconnecting …</span>}
    </span>
  );
}

function MoreRuns({ going }: { going: boolean }) {
  const run = useShownRun();
  const selected = useSession((state) => state.selectedNodes);
  const failed = run && isTerminal(run.summary.status) && run.summary.status !== "COMPLETED";
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="button button--icon"
          aria-label="More ways to run"
          disabled={going}
        >
          <ChevronDown aria-hidden />
        </button>
      }
      entries={[
        {
          label: "Run the selection",
          icon: <SquareDashedMousePointer aria-hidden />,
          keys: shown("Mod+Shift+Enter"),
          disabled: selected.size === 0,
          run: () => void startScope({ kind: "nodes", nodeIds: [...selected] }),
        },
        {
          label: "Retry what did not complete",
          icon: <RotateCcw aria-hidden />,
          disabled: !failed,
          run: () => run && void startScope({ kind: "failed", runId: run.summary.id }),
        },
        {
          label: "Run everything anew",
          icon: <RefreshCw aria-hidden />,
          run: () => void startScope({ kind: "all" }, "never"),
        },
      ]}
    />
  );
}
