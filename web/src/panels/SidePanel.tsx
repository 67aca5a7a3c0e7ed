/** What is at the right: the runs of the workflow, what it was, when it runs by itself. */

import "./panels.css";
import { Tabs } from "@base-ui/react/tabs";
import { X } from "lucide-react";
import { useView } from "../stores/view";
import { type RightPanel, showPanel } from "../stores/session";
import { IconButton } from "../ui/Button";
import { ComparePanel, panelOf } from "./compare/ComparePanel";
import { FunctionPanel } from "./function/FunctionPanel";
import { GalleryPanel } from "./gallery/GalleryPanel";
import { RunDetail } from "./runs/RunDetail";
import { RunsPanel } from "./runs/RunsPanel";
import { SchedulesPanel } from "./schedules/SchedulesPanel";
import { VersionsPanel } from "./versions/VersionsPanel";

const NAMES: Record<RightPanel, string> = {
  runs: "Runs",
  results: "Results",
  versions: "Versions",
  schedules: "Schedules",
  function: "Inputs and results",
};

export default function SidePanel({
  panel,
  workflowId,
}: {
  panel: RightPanel;
  workflowId: number;
}) {
  const openRunId = useView((state) => state.openRunId);
  const comparison = useView((state) => state.comparison);
  const compared = comparison && panelOf(comparison);
  return (
    <aside className="panel" aria-label={NAMES[panel]}>
      <Tabs.Root
        className="panel__tabs"
        value={panel}
        onValueChange={(value) => showPanel(value as RightPanel)}
      >
        <header className="panel__head">
          <Tabs.List className="tabs" aria-label="What is shown">
            <Tabs.Tab className="tab" value="runs">
              Runs
            </Tabs.Tab>
            <Tabs.Tab className="tab" value="versions">
              Versions
            </Tabs.Tab>
            <Tabs.Tab className="tab" value="results">
              Results
            </Tabs.Tab>
            <Tabs.Tab className="tab" value="schedules">
              Schedules
            </Tabs.Tab>
            <Tabs.Tab className="tab" value="function">
              Inputs
            </Tabs.Tab>
          </Tabs.List>
          <IconButton small label="Close" keys="]" onClick={() => showPanel(null)}>
            <X aria-hidden />
          </IconButton>
        </header>
        <Tabs.Panel value="runs" className="panel__body" tabIndex={-1}>
          {comparison && compared === "runs" ? (
            <ComparePanel workflowId={workflowId} comparison={comparison} />
          ) : openRunId ? (
            <RunDetail key={openRunId} runId={openRunId} />
          ) : (
            <RunsPanel workflowId={workflowId} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="results" className="panel__body" tabIndex={-1}>
          <GalleryPanel workflowId={workflowId} />
        </Tabs.Panel>
        <Tabs.Panel value="versions" className="panel__body" tabIndex={-1}>
          {comparison && compared === "versions" ? (
            <ComparePanel workflowId={workflowId} comparison={comparison} />
          ) : (
            <VersionsPanel workflowId={workflowId} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="schedules" className="panel__body" tabIndex={-1}>
          <SchedulesPanel workflowId={workflowId} />
        </Tabs.Panel>
        <Tabs.Panel value="function" className="panel__body" tabIndex={-1}>
          <FunctionPanel workflowId={workflowId} />
        </Tabs.Panel>
      </Tabs.Root>
    </aside>
  );
}
