/** Templates: workflows to begin with. */

import { zTemplatePage } from "../generated/api/zod.gen";
import { requestJson } from "./client";
import { zImportedWorkflow } from "./transfer";

export type { TemplateRead } from "../generated/api";

export async function listTemplates() {
  return (await requestJson(zTemplatePage, "/api/templates")).items;
}

/** Makes a workflow of the user's from a template; gives its id. */
export async function createFromTemplate(id: string): Promise<number> {
  const made = await requestJson(zImportedWorkflow, `/api/templates/${id}`, { method: "POST" });
  return made.workflow.id;
}
