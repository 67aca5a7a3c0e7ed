/** Run, and what else can be run; how far the shown run is; Pause and Stop. */

import {
  ChevronDown,
  FastForward,
  History,
  ListChecks,
  Play,
  RefreshCw,
  RotateCcw,
  Square,
  SquareDashedMousePointer,
  StepForward,
} from "lucide-react";
import { isActive, isTerminal } from "../../api/status";
import { useDocument, useReadOnly } from "../../stores/document";
import { openRunInPanel } from "../../stores/view";
import { useOutOfDateCount } from "../../stores/outOfDate";
import { type RunView, useShownRun } from "../../stores/runs";
import { showPanel, useSession } from "../../stores/session";
import { Button } from "../../ui/Button";
import { type MenuEntries, SEPARATOR } from "../../ui/menu/entries";
import { Menu } from "../../ui/menu/Menu";
import { StatusBadge } from "../../ui/StatusBadge";
import { formatDuration } from "../../ui/format";
import { useNow } from "../../ui/useNow";
import { formatKeys } from "../commands/keyBindings";
import { openRunPreview } from "./openRunPreview";
import { editor } from "../../sync/editor";
import { PauseButton } from "../../panels/runs/PauseButton";

export function RunControls() {
  const run = useShownRun();
  const empty = useDocument((state) => state.graph.nodes.length === 0);
  const readOnly = useReadOnly();
  const open = run !== undefined && !isTerminal(run.summary.status);
  const stoppable = open && !readOnly;
  return (
    <div className="run-controls">
      <OutOfDateCount />
      {run && <Progress run={run} open={open} />}
      {stoppable && (
        <>
          <PauseButton summary={run.summary} />
          <Button variant="danger" onClick={() => void editor.starter.cancel(run.summary.id)}>
            <Square aria-hidden /> Stop
          </Button>
        </>
      )}
      <div className="run-controls__split">
        {!stoppable && (
          <Button
            variant="primary"
            disabled={empty || readOnly}
            onClick={() => void editor.starter.start({ kind: "all" })}
          >
            <Play aria-hidden /> Run
          </Button>
        )}
        <RunMenu run={run} primary={!open} disabled={empty || readOnly} />
      </div>
    </div>
  );
}

/** How much on the canvas is out of date; leads to what a run would do about it. */
function OutOfDateCount() {
  const count = useOutOfDateCount();
  return (
    <span role="status">
      {count > 0 && (
        <button
          type="button"
          className="run-controls__shown run-controls__out-of-date"
          title="See what would run"
          onClick={() => openRunPreview({ kind: "all" })}
        >
          <History aria-hidden /> {count} out of date
        </button>
      )}
    </span>
  );
}

/** How far the shown run is; leads to it in the panel. */
function Progress({ run, open }: { run: RunView; open: boolean }) {
  const { summary, nodes, connected } = run;
  const all = Object.values(nodes);
  const done = all.filter((node) => isTerminal(node.status)).length;
  const active = isActive(summary.status);
  const now = useNow(active);
  const began = Date.parse(summary.startedAt ?? summary.createdAt);
  const elapsed = Math.max(0, Math.round((now - began) / 1000)) * 1000;
  const changed = useOutOfDateCount() > 0;
  const failed = summary.status === "FAILED" || summary.status === "CANCELLED";
  return (
    <span className="run-controls__progress">
      {failed && (
        <Button small variant="quiet" onClick={() => void editor.starter.retry(summary.id)}>
          <RotateCcw aria-hidden /> {changed ? "Run what changed" : "Retry"}
        </Button>
      )}
      <button
        type="button"
        className="run-controls__shown"
        title="Show this run"
        onClick={() => {
          openRunInPanel(summary.id);
          showPanel("runs");
        }}
      >
        <span role="status" aria-label="State of the run">
          <StatusBadge status={summary.status} pauseRequestedAt={summary.pauseRequestedAt} />
        </span>
        {open && (
          <>
            <progress
              className="run-controls__bar"
              aria-label="Nodes that are done"
              value={done}
              max={Math.max(1, all.length)}
            />
            <span>
              {done} of {all.length}
            </span>
          </>
        )}
        <span className="run-controls__duration">
          {formatDuration(active ? elapsed : summary.durationMs)}
        </span>
      </button>
      {!connected && (
        <span className="muted" role="status">
          reconnecting …
        </span>
      )}
    </span>
  );
}

interface RunMenuProps {
  run: RunView | undefined;
  primary: boolean;
  disabled: boolean;
}

function RunMenu({ run, primary, disabled }: RunMenuProps) {
  const selected = useSession((state) => state.selectedNodes);
  return (
    <Menu
      trigger={
        <button
          type="button"
          className={
            primary
              ? "button button--primary button--icon"
              : "button button--icon run-controls__more"
          }
          aria-label="More ways to run"
          disabled={disabled}
        >
          <ChevronDown aria-hidden />
        </button>
      }
      entries={runMenuEntries(run, selected)}
    />
  );
}

function runMenuEntries(run: RunView | undefined, selected: ReadonlySet<string>): MenuEntries {
  const [first] = selected;
  const only = selected.size === 1 ? first : undefined;
  const failed = run && isTerminal(run.summary.status) && run.summary.status !== "COMPLETED";
  return [
    {
      label: "Run what changed",
      icon: <Play aria-hidden />,
      keys: formatKeys("Mod+Enter"),
      run: () => void editor.starter.start({ kind: "all" }),
    },
    {
      label: "Run everything anew",
      icon: <RefreshCw aria-hidden />,
      run: () => void editor.starter.start({ kind: "all" }, "never"),
    },
    SEPARATOR,
    {
      label: "Run the selection",
      icon: <SquareDashedMousePointer aria-hidden />,
      keys: formatKeys("Mod+Shift+Enter"),
      disabled: selected.size === 0,
      run: () => void editor.starter.start({ kind: "nodes", nodeIds: [...selected] }),
    },
    {
      label: "Run from the selected node on",
      icon: <FastForward aria-hidden />,
      disabled: !only,
      run: () => only && void editor.starter.start({ kind: "from", nodeId: only }),
    },
    {
      label: "Run up to the selected node",
      icon: <StepForward aria-hidden />,
      disabled: !only,
      run: () => only && void editor.starter.start({ kind: "until", nodeId: only }),
    },
    SEPARATOR,
    {
      label: "Retry with the inputs of that run",
      icon: <RotateCcw aria-hidden />,
      disabled: !failed,
      run: () => run && void editor.starter.repeat(run.summary.id),
    },
    {
      label: "See what would run …",
      icon: <ListChecks aria-hidden />,
      keys: formatKeys("P"),
      run: () => openRunPreview({ kind: "all" }),
    },
  ];
}
