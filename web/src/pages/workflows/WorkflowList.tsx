/** The cards, or what there is to know while there is none. */

import { useState } from "react";
import { errorMessage } from "../../api/client";
import { notify } from "../../stores/session";
import { Button } from "../../ui/Button";
import { WorkflowCard, DeletedWorkflowCard } from "./WorkflowCard";
import { moveCardFocus } from "./cardNavigation";
import { Templates } from "./Templates";
import type { WorkflowActions } from "./useWorkflowActions";
import type { Listed } from "./useWorkflows";
import type { WorkflowListFilter } from "./useWorkflowListFilter";

interface WorkflowListProps {
  listed: Listed;
  filter: WorkflowListFilter;
  actions: WorkflowActions;
  loadMore: () => Promise<void>;
  reload: () => void;
}

export function WorkflowList({ listed, filter, actions, loadMore, reload }: WorkflowListProps) {
  const { items, next, failure } = listed;
  if (failure) return <LoadError reason={failure} retry={reload} />;
  if (!items) return <p className="muted">Reading …</p>;
  const Each = filter.deleted ? DeletedWorkflowCard : WorkflowCard;
  return (
    <>
      <p className="visually-hidden" role="status">
        {items.length === 1 ? "1 workflow" : `${items.length} workflows`}
        {next ? ", and there are more" : ""}
      </p>
      {items.length === 0 && <EmptyList filter={filter} query={listed.text} actions={actions} />}
      <ul className="workflows__list" onKeyDown={moveCardFocus}>
        {items.map((workflow) => (
          <Each key={workflow.id} workflow={workflow} actions={actions} />
        ))}
      </ul>
      {next && <LoadMore loadMore={loadMore} />}
    </>
  );
}

function EmptyList({
  filter,
  query,
  actions,
}: {
  filter: WorkflowListFilter;
  query: string;
  actions: WorkflowActions;
}) {
  if (query) return <p className="muted">No workflow has “{query}” in its name.</p>;
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

function LoadMore({ loadMore }: { loadMore: () => Promise<void> }) {
  const [loading, setAsking] = useState(false);
  return (
    <Button
      className="workflows__more"
      disabled={loading}
      onClick={() => {
        setAsking(true);
        loadMore()
          .catch((error: unknown) => notify(errorMessage(error), "error"))
          .finally(() => setAsking(false));
      }}
    >
      {loading ? "Reading …" : "Show more"}
    </Button>
  );
}

function LoadError({ reason, retry }: { reason: string; retry: () => void }) {
  return (
    <div role="alert" className="workflows__failure">
      <p>{reason}</p>
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}
