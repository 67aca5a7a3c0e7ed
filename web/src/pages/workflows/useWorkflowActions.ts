/** What people do to workflows in the list; what goes wrong is told, and deleting can be undone. */

import { useMemo } from "react";
import { navigate } from "wouter/use-browser-location";
import { errorMessage } from "../../api/client";
import {
  createWorkflow,
  deleteWorkflow,
  duplicateWorkflow,
  renameWorkflow,
  undeleteWorkflow,
} from "../../api/workflows";
import { createFromTemplate } from "../../api/templates";
import type { WorkflowSummary } from "../../generated/api";
import { notify } from "../../stores/session";

type WorkflowRef = Pick<WorkflowSummary, "id" | "name">;

export interface WorkflowActions {
  create: () => Promise<void>;
  createFrom: (templateId: string) => Promise<void>;
  rename: (workflow: WorkflowRef, name: string) => Promise<void>;
  duplicate: (workflow: WorkflowRef) => Promise<void>;
  remove: (workflow: WorkflowRef) => Promise<void>;
  restore: (workflow: WorkflowRef) => Promise<void>;
}

export function navigateToWorkflow(id: number): void {
  navigate(`/workflows/${id}`);
}

async function notifyingErrors(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}

/** `changed` is called when the list is no longer what the server has. */
export function useWorkflowActions(changed: () => void): WorkflowActions {
  return useMemo(() => {
    const actions: WorkflowActions = {
      create: () =>
        notifyingErrors(async () => {
          const empty = { name: "Untitled workflow", nodes: [], edges: [] };
          navigateToWorkflow((await createWorkflow(empty)).id);
        }),
      createFrom: (templateId) =>
        notifyingErrors(async () => navigateToWorkflow(await createFromTemplate(templateId))),
      rename: ({ id }, name) =>
        notifyingErrors(async () => {
          await renameWorkflow(id, name);
          changed();
        }),
      duplicate: ({ id }) =>
        notifyingErrors(async () => {
          const copy = await duplicateWorkflow(id);
          changed();
          const open = { label: "Open it", run: () => navigateToWorkflow(copy.id) };
          notify(`“${copy.graph.name}” was made.`, "success", open);
        }),
      remove: (workflow) =>
        notifyingErrors(async () => {
          await deleteWorkflow(workflow.id);
          changed();
          const undo = { label: "Undo", run: () => void actions.restore(workflow) };
          notify(`“${workflow.name}” was deleted.`, "info", undo);
        }),
      restore: ({ id, name }) =>
        notifyingErrors(async () => {
          await undeleteWorkflow(id);
          changed();
          notify(`“${name}” is back.`, "success");
        }),
    };
    return actions;
  }, [changed]);
}
