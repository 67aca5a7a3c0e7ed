/** Commands about the whole workflow and about the product, rather than about the canvas. */

import { navigate } from "wouter/use-browser-location";
import { errorMessage } from "../../api/client";
import { createWorkflow } from "../../api/graphs";
import { duplicateWorkflow } from "../../api/sdk";
import { useDocument } from "../../stores/document";
import { notify, openDialog, setTheme } from "../../stores/session";
import { startTour } from "../../stores/tour";
import { downloadWorkflow } from "../../ui/download";
import { withSection } from "./command";
import { editor } from "../../sync/editor";

/** Does something with the open workflow as it is now, once the server has it. */
function withWorkflow(action: (id: number) => Promise<unknown>): void {
  const { workflowId } = useDocument.getState();
  if (workflowId === null) return;
  void editor.saver
    .flush()
    .then(() => action(workflowId))
    .catch((error: unknown) => notify(errorMessage(error), "error"));
}

async function duplicate(workflowId: number): Promise<void> {
  const copy = await duplicateWorkflow({ path: { workflowId } });
  navigate(`/workflows/${copy.id}`);
  notify(`This is “${copy.name}”.`, "success");
}

async function create(): Promise<void> {
  navigate(`/workflows/${await createWorkflow()}`);
}

export const WORKFLOW_COMMANDS = withSection("Workflow", [
  { id: "workflows", title: "All workflows", run: () => navigate("/workflows") },
  { id: "new-workflow", title: "New workflow", run: () => withWorkflow(create) },
  { id: "duplicate-workflow", title: "Duplicate the workflow", run: () => withWorkflow(duplicate) },
  {
    id: "export",
    title: "Export the workflow as a file",
    run: () => withWorkflow((id) => downloadWorkflow(id, false)),
  },
  {
    id: "export-with-assets",
    title: "Export with pictures and videos",
    run: () => withWorkflow((id) => downloadWorkflow(id, true)),
  },
  { id: "save-now", title: "Save now", keys: ["Mod+S"], run: () => void editor.saver.flush() },
]);

export const APP_COMMANDS = [
  ...withSection("View", [
    { id: "theme-light", title: "Light theme", run: () => setTheme("light") },
    { id: "theme-dark", title: "Dark theme", run: () => setTheme("dark") },
    { id: "theme-system", title: "Theme as the system has it", run: () => setTheme("system") },
  ]),
  ...withSection("Help", [
    { id: "keys", title: "API keys", run: () => navigate("/keys") },
    { id: "webhooks", title: "Webhooks", run: () => navigate("/webhooks") },
    {
      id: "tour",
      title: "Tour of the editor",
      enabled: () => useDocument.getState().workflowId !== null,
      run: startTour,
    },
    { id: "about", title: "About Nodeloom", run: () => openDialog("about") },
  ]),
];
