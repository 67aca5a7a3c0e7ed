/** Where the values of an input come from; several can be put in order and taken away. */

import { ArrowDown, ArrowUp, Link, Unlink } from "lucide-react";
import { focusNode } from "../../editing/viewport";
import { remove } from "../../editing/actions";
import { type GraphEdge, labelOf } from "../../graph/document";
import { entering, moved } from "../../graph/inputOrder";
import { commit, graphNow, nodesById, useDocument } from "../../stores/document";
import { catalogueNow } from "../../stores/server";
import { NOTHING } from "../../stores/session";
import { IconButton } from "../../ui/Button";

export function Sources({ edges, many }: { edges: readonly GraphEdge[]; many: boolean }) {
  const first = edges[0];
  if (!first) return null;
  const ordered = many ? entering(edges, first.target, first.targetHandle ?? "") : edges;
  return (
    <ul className="sources nodrag">
      {ordered.map((edge, index) => (
        <Source
          key={edge.id}
          edge={edge}
          place={ordered.length > 1 ? [index, ordered.length] : null}
        />
      ))}
    </ul>
  );
}

function Source({ edge, place }: { edge: GraphEdge; place: [number, number] | null }) {
  const label = useDocument((state) => {
    const node = nodesById(state.graph).get(edge.source);
    return node ? labelOf(node, catalogueNow().byId.get(node.type)?.title) : edge.source;
  });
  const move = (by: -1 | 1) => commit(() => moved(graphNow(), edge.id, by));
  return (
    <li className="source">
      <button
        type="button"
        className="source__name"
        title={`Comes from ${label}; click to see it`}
        onClick={() => focusNode(edge.source)}
      >
        <Link aria-hidden />
        <span>{label}</span>
      </button>
      <span className="source__tools">
        {place && place[0] > 0 && (
          <IconButton small label={`${label} earlier`} onClick={() => move(-1)}>
            <ArrowUp aria-hidden />
          </IconButton>
        )}
        {place && place[0] < place[1] - 1 && (
          <IconButton small label={`${label} later`} onClick={() => move(1)}>
            <ArrowDown aria-hidden />
          </IconButton>
        )}
        <IconButton
          small
          label={`Disconnect ${label}`}
          onClick={() => remove(NOTHING, new Set([edge.id]))}
        >
          <Unlink aria-hidden />
        </IconButton>
      </span>
    </li>
  );
}
