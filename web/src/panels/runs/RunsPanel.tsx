/** The history of runs, at the right. A minimal one: time, status, duration; a click shows it. */

import "./runs.css";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { listRuns, type RunSummary } from "../../api/runs";
import { sentenceOf } from "../../api/client";
import { useDocument } from "../../stores/document";
import { useRuns } from "../../stores/runs";
import { notify, showPanel } from "../../stores/session";
import { openRun } from "../../sync/run";
import { IconButton } from "../../ui/Button";
import { Status } from "../../ui/Status";
import { ago, took } from "../../ui/time";

export function RunsPanel() {
  const runs = useHistory();
  const shownId = useRuns((state) => state.shownId);
  return (
    <aside className="panel" aria-label="Runs">
      <header className="panel__head">
        <h2>Runs</h2>
        <IconButton small label="Close" onClick={() => showPanel(null)}>
          <X aria-hidden />
        </IconButton>
      </header>
      {runs.length === 0 && <p className="muted panel__none">Nothing has run yet. Press Run.</p>}
      <ol className="runs">
        {runs.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              className="runs__run"
              aria-current={run.id === shownId}
              onClick={() => void show(run.id)}
            >
              <Status status={run.status} />
              <span>{ago(run.createdAt)}</span>
              <span className="muted">{took(run.durationMs)}</span>
            </button>
          </li>
        ))}
      </ol>
    </aside>
  );
}

async function show(id: string): Promise<void> {
  await openRun(id).catch((error: unknown) => notify(sentenceOf(error), "error"));
}

/** The newest runs; read again whenever the shown run begins or ends. */
function useHistory(): RunSummary[] {
  const [runs, setRuns] = useState<RunSummary[]>([]);
  const workflowId = useDocument((state) => state.workflowId);
  const mark = useRuns(
    ({ runs: views, shownId }) => `${shownId} ${shownId && views[shownId]?.summary.status}`,
  );
  useEffect(() => {
    if (workflowId === null) return undefined;
    let wanted = true;
    listRuns(workflowId).then(
      (page) => wanted && setRuns(page.items),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [workflowId, mark]);
  return runs;
}
