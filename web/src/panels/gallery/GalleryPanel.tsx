/** Every result of the workflow, whichever run made it: found, seen large, put on the canvas. */

import "./gallery.css";
import { Images, Star } from "lucide-react";
import { useState } from "react";
import { listResults } from "../../api/sdk";
import type { Kind } from "../../graph/node-types/catalogue";
import { nodeNames } from "../../graph/names";
import { useDocument } from "../../stores/document";
import { useRuns } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { IconButton } from "../../ui/Button";
import { ListError, LoadMore } from "../../ui/lists/PagedList";
import { usePagedList } from "../../ui/lists/usePagedList";
import { isTerminal } from "../../api/status";
import { formatTime } from "../runs/format";
import { useRunList } from "../runs/useRunList";
import { GalleryCard } from "./GalleryCard";
import { galleryItems } from "./galleryItems";

const PAGE_SIZE = 30;

interface Filter {
  kind: Kind | "";
  nodeId: string;
  runId: string;
  favourites: boolean;
}

const EVERYTHING: Filter = { kind: "", nodeId: "", runId: "", favourites: false };

export function GalleryPanel({ workflowId }: { workflowId: number }) {
  const [filter, setFilter] = useState(EVERYTHING);
  const { items, hasMore, failure, refresh, loadMore } = useResults(workflowId, filter);
  const shown = galleryItems(items ?? []);
  if (items?.length === 0 && !hasMore && filter === EVERYTHING) return <NoResults />;
  return (
    <>
      <div className="panel__bar gallery__filters">
        <Filters workflowId={workflowId} filter={filter} setFilter={setFilter} />
      </div>
      <ListError text={failure} />
      {items && shown.length === 0 && (
        <p className="muted panel__empty">
          {hasMore ? "Nothing among the newest runs." : nothingLike(filter)}
        </p>
      )}
      <ol className="gallery" aria-label="Results">
        {shown.map((item) => (
          <li key={item.key}>
            <GalleryCard item={item} changed={refresh} />
          </li>
        ))}
      </ol>
      <LoadMore of="results" hasMore={hasMore} load={loadMore} />
    </>
  );
}

function nothingLike({ kind, nodeId, runId, favourites }: Filter): string {
  if (!favourites || kind || nodeId || runId) return "No result is like that.";
  return "Nothing is a favourite yet: the star on a result makes it one.";
}

/** The results; read again when a run has ended. */
function useResults(workflowId: number, { kind, nodeId, runId, favourites }: Filter) {
  const query = {
    ...(kind && { kind }),
    ...(nodeId && { node: nodeId }),
    ...(runId && { run: runId }),
    ...(favourites && { favourites }),
  };
  return usePagedList(
    ["results", workflowId, kind, nodeId, runId, favourites],
    (page) => listResults({ path: { workflowId }, query: { ...page, ...query, limit: PAGE_SIZE } }),
    {
      refreshOn: useRuns(({ runs }) =>
        Object.values(runs)
          .map(({ summary }) => summary.id + String(isTerminal(summary.status)))
          .join(),
      ),
    },
  );
}

interface FiltersProps {
  workflowId: number;
  filter: Filter;
  setFilter: (filter: Filter) => void;
}

function Filters({ workflowId, filter, setFilter }: FiltersProps) {
  const catalogue = useCatalogue();
  const nodes = useDocument((state) => state.graph.nodes);
  const runs = useRunList(workflowId, "all").items ?? [];
  const given = new Set(catalogue.types.flatMap((spec) => spec.outputs.map((port) => port.kind)));
  const kinds = [...given].map((id) => [id, catalogue.kinds.get(id)?.title ?? id] as const);
  return (
    <>
      <Choice
        label="Which kind"
        every="All kinds"
        value={filter.kind}
        choices={kinds}
        choose={(kind) => setFilter({ ...filter, kind: kind as Filter["kind"] })}
      />
      <Choice
        label="Which node"
        every="All nodes"
        value={filter.nodeId}
        choices={[...nodeNames(nodes, catalogue)]}
        choose={(nodeId) => setFilter({ ...filter, nodeId })}
      />
      <Choice
        label="Which run"
        every="All runs"
        value={filter.runId}
        choices={runs.map(({ id, createdAt }) => [id, formatTime(createdAt)] as const)}
        choose={(runId) => setFilter({ ...filter, runId })}
      />
      <IconButton
        label="Only favourites"
        aria-pressed={filter.favourites}
        onClick={() => setFilter({ ...filter, favourites: !filter.favourites })}
      >
        <Star aria-hidden />
      </IconButton>
    </>
  );
}

interface ChoiceProps {
  label: string;
  /** What the choice is called that leaves nothing out. */
  every: string;
  value: string;
  /** Values and what people call them. */
  choices: readonly (readonly [string, string])[];
  choose: (value: string) => void;
}

function Choice({ label, every, value, choices, choose }: ChoiceProps) {
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">{every}</option>
      {choices.map(([id, title]) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
  );
}

function NoResults() {
  return (
    <div className="panel__intro">
      <Images aria-hidden />
      <h3>Nothing has come out yet</h3>
      <p className="muted">
        Every picture, film and text that a run makes is found here. Drag one onto the canvas, and
        it becomes a node.
      </p>
    </div>
  );
}
