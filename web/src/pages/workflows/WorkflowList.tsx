/** The cards, or what there is to know while there is none. */

import type { WorkflowSummary } from "../../generated/api";
import { Button } from "../../ui/Button";
import type { PagedList } from "../../ui/lists/usePagedList";
import { WorkflowCard, DeletedWorkflowCard } from "./WorkflowCard";
import { moveCardFocus } from "./cardNavigation";
import { Templates } from "./Templates";
import type { WorkflowActions } from "./useWorkflowActions";
import type { WorkflowListFilter } from "./useWorkflowListFilter";

interface WorkflowListProps {
  list: PagedList<WorkflowSummary>;
  filter: WorkflowListFilter;
  actions: WorkflowActions;
}

export function WorkflowList({ list, filter, actions }: WorkflowListProps) {
  const { items, hasMore, failure, loadingMore } = list;
  if (failure) return <LoadError reason={failure} retry={list.refresh} />;
  if (!items) return <p className="muted">Reading …</p>;
  const Each = filter.deleted ? DeletedWorkflowCard : WorkflowCard;
  return (
    <>
      <p className="visually-hidden" role="status">
        {items.length === 1 ? "1 workflow" : `${items.length} workflows`}
        {hasMore ? ", and there are more" : ""}
      </p>
      {items.length === 0 && !list.isPrevious && <EmptyList filter={filter} actions={actions} />}
      <ul className="workflows__list" onKeyDown={moveCardFocus}>
        {items.map((workflow) => (
          <Each key={workflow.id} workflow={workflow} actions={actions} />
        ))}
      </ul>
      {hasMore && (
        <Button
          className="workflows__more"
          disabled={loadingMore}
          onClick={() => void list.loadMore()}
        >
          {loadingMore ? "Reading …" : "Show more"}
        </Button>
      )}
    </>
  );
}

function EmptyList({ filter, actions }: Pick<WorkflowListProps, "filter" | "actions">) {
  if (filter.text) return <p className="muted">No workflow has “{filter.text}” in its name.</p>;
  if (filter.deleted) {
    return (
      <p className="muted">
        Nothing here. What you delete can be brought back from this list for some time.
      </p>
    );
  }
  return (
    <section className="first" aria-labelledby="first">
      <h2 id="first">Make your first workflow</h2>
      <p>
        A workflow is a drawing: nodes hold texts and pictures or do something with them, lines say
        what goes where, and Run does it all. Begin with one that works, or with an empty canvas. A
        JSON file that is dropped here becomes a workflow, too.
      </p>
      <Templates actions={actions} />
    </section>
  );
}

function LoadError({ reason, retry }: { reason: string; retry: () => Promise<unknown> }) {
  return (
    <div role="alert" className="workflows__failure">
      <p>{reason}</p>
      <Button onClick={() => void retry()}>Try again</Button>
    </div>
  );
}
