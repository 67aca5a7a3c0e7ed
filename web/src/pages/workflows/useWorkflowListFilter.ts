/** What the list of workflows is searched for and sorted by. */

import { useSearchParams } from "wouter";

export interface WorkflowListFilter {
  text: string;
  sort: "updated" | "name";
  deleted: boolean;
}

/** What is asked for is in the address, so that going back and reloading keep it. */
export function useWorkflowListFilter() {
  const [params, setParams] = useSearchParams();
  const filter: WorkflowListFilter = {
    text: params.get("q") ?? "",
    sort: params.get("sort") === "name" ? "name" : "updated",
    deleted: params.get("deleted") === "true",
  };
  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  return { filter, set };
}
