/** What people do to workflows in the list; what goes wrong is told, and deleting can be undone. */

import { useMemo } from "react";
import { navigate } from "wouter/use-browser-location";
import { errorMessage } from "../../api/client";
import { createWorkflow } from "../../api/graphs";
import {
  deleteWorkflow,
  duplicateWorkflow,
  renameWorkflow,
  undeleteWorkflow,
  useTemplate as createFromTemplate,
} from "../../api/sdk";
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
export function useWorkflowActions(changed: () => Promise<unknown>): WorkflowActions {
  return useMemo(() => {
    const actions: WorkflowActions = {
      create: () => notifyingErrors(async () => navigateToWorkflow(await createWorkflow())),
      createFrom: (templateId) =>
        notifyingErrors(async () => {
          const { workflow } = await createFromTemplate({ path: { templateId } });
          navigateToWorkflow(workflow.id);
        }),
      rename: ({ id }, name) =>
        notifyingErrors(async () => {
          await renameWorkflow({ path: { workflowId: id }, body: { name } });
          await changed();
        }),
      duplicate: ({ id }) =>
        notifyingErrors(async () => {
          const copy = await duplicateWorkflow({ path: { workflowId: id } });
          void changed();
          const open = { label: "Open it", run: () => navigateToWorkflow(copy.id) };
          notify(`“${copy.name}” was made.`, "success", open);
        }),
      remove: (workflow) =>
        notifyingErrors(async () => {
          await deleteWorkflow({ path: { workflowId: workflow.id } });
          void changed();
          const undo = { label: "Undo", run: () => void actions.restore(workflow) };
          notify(`“${workflow.name}” was deleted.`, "info", undo);
        }),
      restore: ({ id, name }) =>
        notifyingErrors(async () => {
          await undeleteWorkflow({ path: { workflowId: id } });
          void changed();
          notify(`“${name}” is back.`, "success");
        }),
    };
    return actions;
  }, [changed]);
}
