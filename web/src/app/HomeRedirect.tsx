/**
 * The address `/`: the workflow that was saved last. On a first visit, where there is none, the
 * first template is opened, ready to run, with a tour of it.
 */

import { useQuery } from "@tanstack/react-query";
import { Redirect } from "wouter";
import { listTemplates, listWorkflows, useTemplate as createFromTemplate } from "../api/sdk";
import { offerTour } from "../stores/tour";
import { queryClient } from "../ui/lists/usePagedList";

const LIST_PATH = "/workflows";

async function homeAddress(): Promise<string> {
  const { items } = await listWorkflows({ query: { limit: 1 } });
  if (items[0]) return `${LIST_PATH}/${items[0].id}`;
  const [template] = (await listTemplates()).items;
  if (!template) return LIST_PATH;
  const { workflow } = await createFromTemplate({ path: { templateId: template.id } });
  offerTour();
  return `${LIST_PATH}/${workflow.id}`;
}

export function HomeRedirect() {
  // A query is asked once, also where React mounts the page twice.
  const { data: address } = useQuery(
    { queryKey: ["home"], queryFn: () => homeAddress().catch(() => LIST_PATH) },
    queryClient,
  );
  return address ? (
    <Redirect to={address} replace />
  ) : (
    <p className="waiting muted">Opening … The first time this takes a few seconds.</p>
  );
}
