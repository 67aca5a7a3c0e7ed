/** The cards, or what there is to know while there is none. */

import { useState } from "react";
import { sentenceOf } from "../../api/client";
import { notify } from "../../stores/session";
import { Button } from "../../ui/Button";
import { Card, DeletedCard } from "./WorkflowCard";
import { moveFocus } from "./cardNavigation";
import { Templates } from "./Templates";
import type { Deeds } from "./useWorkflowActions";
import type { Listed } from "./useWorkflows";
import type { Filter } from "./WorkflowsPage";

interface ListProps {
  listed: Listed;
  filter: Filter;
  deeds: Deeds;
  more: () => Promise<void>;
  reload: () => void;
}

export function List({ listed, filter, deeds, more, reload }: ListProps) {
  const { items, next, failure } = listed;
  if (failure) return <Failure reason={failure} again={reload} />;
  if (!items) return <p className="muted">Reading …</p>;
  const Each = filter.deleted ? DeletedCard : Card;
  return (
    <>
      <p className="visually-hidden" role="status">
        {items.length === 1 ? "1 workflow" : `${items.length} workflows`}
        {next ? ", and there are more" : ""}
      </p>
      {items.length === 0 && <None filter={filter} searched={listed.text} deeds={deeds} />}
      <ul className="workflows__list" onKeyDown={moveFocus}>
        {items.map((workflow) => (
          <Each key={workflow.id} workflow={workflow} deeds={deeds} />
        ))}
      </ul>
      {next && <More more={more} />}
    </>
  );
}

function None({ filter, searched, deeds }: { filter: Filter; searched: string; deeds: Deeds }) {
  if (searched) return <p className="muted">No workflow has “{searched}” in its name.</p>;
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
      <Templates deeds={deeds} />
    </section>
  );
}

function More({ more }: { more: () => Promise<void> }) {
  const [asking, setAsking] = useState(false);
  return (
    <Button
      className="workflows__more"
      disabled={asking}
      onClick={() => {
        setAsking(true);
        more()
          .catch((error: unknown) => notify(sentenceOf(error), "error"))
          .finally(() => setAsking(false));
      }}
    >
      {asking ? "Reading …" : "Show more"}
    </Button>
  );
}

function Failure({ reason, again }: { reason: string; again: () => void }) {
  return (
    <div role="alert" className="workflows__failure">
      <p>{reason}</p>
      <Button onClick={again}>Try again</Button>
    </div>
  );
}
