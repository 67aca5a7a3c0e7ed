/** Run, and what else can be run; how far the shown run is; Stop. */

import {
  ChevronDown,
  FastForward,
  ListChecks,
  Play,
  RefreshCw,
  RotateCcw,
  Square,
  SquareDashedMousePointer,
  StepForward,
} from "lucide-react";
import { isTerminal } from "../../api/events";
import { useDocument, useReadOnly } from "../../stores/document";
import { openInPanel } from "../../stores/view";
import { type RunView, useShownRun } from "../../stores/runs";
import { showPanel, useSession } from "../../stores/session";
import { retry, startScope, stopRun } from "../../sync/startRun";
import { Button } from "../../ui/Button";
import { Menu, type MenuEntries, SEPARATOR } from "../../ui/Menu";
import { Status } from "../../ui/StatusBadge";
import { took } from "../../ui/format";
import { useNow } from "../../ui/useNow";
import { shown } from "../commands/keyBindings";
import { previewScope } from "./openRunPreview";

export function RunButtons() {
  const run = useShownRun();
  const empty = useDocument((state) => state.graph.nodes.length === 0);
  const readOnly = useReadOnly();
  const going = run !== undefined && !isTerminal(run.summary.status);
  return (
    <div className="runbuttons">
      {run && <Progress run={run} going={going} />}
      {going && !readOnly && (
        <Button look="danger" onClick={() => void stopRun(run.summary.id)}>
          <Square aria-hidden /> Stop
        </Button>
      )}
      <div className="runbuttons__split">
        {!(going && !readOnly) && (
          <Button
            look="primary"
            disabled={empty || readOnly}
            onClick={() => void startScope({ kind: "all" })}
          >
            <Play aria-hidden /> Run
          </Button>
        )}
        <MoreRuns run={run} primary={!going} disabled={empty || readOnly} />
      </div>
    </div>
  );
}

/** How far the shown run is; leads to it in the panel. */
function Progress({ run, going }: { run: RunView; going: boolean }) {
  const { summary, nodes, connected } = run;
  const all = Object.values(nodes);
  const done = all.filter((node) => isTerminal(node.status)).length;
  const now = useNow(going);
  const began = Date.parse(summary.startedAt ?? summary.createdAt);
  const elapsed = Math.max(0, Math.round((now - began) / 1000)) * 1000;
  const failed = summary.status === "FAILED" || summary.status === "CANCELLED";
  return (
    <span className="runbuttons__progress">
      {!going && failed && (
        <Button small look="quiet" onClick={() => void retry(summary.id)}>
          <RotateCcw aria-hidden /> Retry
        </Button>
      )}
      <button
        type="button"
        className="runbuttons__shown"
        title="Show this run"
        onClick={() => {
          openInPanel(summary.id);
          showPanel("runs");
        }}
      >
        <span role="status" aria-label="State of the run">
          <Status status={summary.status} />
        </span>
        {going && (
          <>
            <progress
              className="runbuttons__bar"
              aria-label="Nodes that are done"
              value={done}
              max={Math.max(1, all.length)}
            />
            <span>
              {done} of {all.length}
            </span>
          </>
        )}
        <span className="runbuttons__took">{took(going ? elapsed : summary.durationMs)}</span>
      </button>
      {!connected && (
        <span className="muted" role="status">
          reconnecting …
        </span>
      )}
    </span>
  );
}

interface MoreRunsProps {
  run: RunView | undefined;
  primary: boolean;
  disabled: boolean;
}

function MoreRuns({ run, primary, disabled }: MoreRunsProps) {
  const selected = useSession((state) => state.selectedNodes);
  return (
    <Menu
      trigger={
        <button
          type="button"
          className={
            primary ? "button button--primary button--icon" : "button button--icon runbuttons__more"
          }
          aria-label="More ways to run"
          disabled={disabled}
        >
          <ChevronDown aria-hidden />
        </button>
      }
      entries={entriesFor(run, selected)}
    />
  );
}

function entriesFor(run: RunView | undefined, selected: ReadonlySet<string>): MenuEntries {
  const [first] = selected;
  const only = selected.size === 1 ? first : undefined;
  const failed = run && isTerminal(run.summary.status) && run.summary.status !== "COMPLETED";
  return [
    {
      label: "Run what changed",
      icon: <Play aria-hidden />,
      keys: shown("Mod+Enter"),
      run: () => void startScope({ kind: "all" }),
    },
    {
      label: "Run everything anew",
      icon: <RefreshCw aria-hidden />,
      run: () => void startScope({ kind: "all" }, "never"),
    },
    SEPARATOR,
    {
      label: "Run the selection",
      icon: <SquareDashedMousePointer aria-hidden />,
      keys: shown("Mod+Shift+Enter"),
      disabled: selected.size === 0,
      run: () => void startScope({ kind: "nodes", nodeIds: [...selected] }),
    },
    {
      label: "Run from the selected node on",
      icon: <FastForward aria-hidden />,
      disabled: !only,
      run: () => only && void startScope({ kind: "from", nodeId: only }),
    },
    {
      label: "Run up to the selected node",
      icon: <StepForward aria-hidden />,
      disabled: !only,
      run: () => only && void startScope({ kind: "until", nodeId: only }),
    },
    SEPARATOR,
    {
      label: "Retry what did not complete",
      icon: <RotateCcw aria-hidden />,
      disabled: !failed,
      run: () => run && void retry(run.summary.id),
    },
    {
      label: "See what would run …",
      icon: <ListChecks aria-hidden />,
      keys: shown("P"),
      run: () => previewScope({ kind: "all" }),
    },
  ];
}
