/** What people do to workflows in the list; what goes wrong is told, and deleting can be undone. */

import { useMemo } from "react";
import { navigate } from "wouter/use-browser-location";
import { sentenceOf } from "../../api/client";
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

type Named = Pick<WorkflowSummary, "id" | "name">;

export interface Deeds {
  create: () => Promise<void>;
  createFrom: (templateId: string) => Promise<void>;
  rename: (workflow: Named, name: string) => Promise<void>;
  duplicate: (workflow: Named) => Promise<void>;
  remove: (workflow: Named) => Promise<void>;
  restore: (workflow: Named) => Promise<void>;
}

export function openWorkflow(id: number): void {
  navigate(`/workflows/${id}`);
}

async function told(deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    notify(sentenceOf(error), "error");
  }
}

/** `changed` is called when the list is no longer what the server has. */
export function useDeeds(changed: () => void): Deeds {
  return useMemo(() => {
    const deeds: Deeds = {
      create: () =>
        told(async () => {
          const empty = { name: "Untitled workflow", nodes: [], edges: [] };
          openWorkflow((await createWorkflow(empty)).id);
        }),
      createFrom: (templateId) =>
        told(async () => openWorkflow(await createFromTemplate(templateId))),
      rename: ({ id }, name) =>
        told(async () => {
          await renameWorkflow(id, name);
          changed();
        }),
      duplicate: ({ id }) =>
        told(async () => {
          const copy = await duplicateWorkflow(id);
          changed();
          const open = { label: "Open it", run: () => openWorkflow(copy.id) };
          notify(`“${copy.graph.name}” was made.`, "success", open);
        }),
      remove: (workflow) =>
        told(async () => {
          await deleteWorkflow(workflow.id);
          changed();
          const undo = { label: "Undo", run: () => void deeds.restore(workflow) };
          notify(`“${workflow.name}” was deleted.`, "info", undo);
        }),
      restore: ({ id, name }) =>
        told(async () => {
          await undeleteWorkflow(id);
          changed();
          notify(`“${name}” is back.`, "success");
        }),
    };
    return deeds;
  }, [changed]);
}
