/** Where the values of an input come from; several can be put in order and taken away. */

import { ArrowDown, ArrowUp, Link, Unlink } from "lucide-react";
import { removeElements } from "../../editing/actions";
import type { GraphEdge } from "../../graph/document";
import { orderedInputEdges, moveInputEdge } from "../../graph/inputOrder";
import { commit, currentGraph } from "../../stores/document";
import { useNodeName } from "../../stores/names";
import { EMPTY_SET } from "../../stores/session";
import { IconButton } from "../../ui/Button";
import { editor } from "../../sync/editor";
import { Offered } from "../offered";

export function InputSources({ edges, many }: { edges: readonly GraphEdge[]; many: boolean }) {
  const first = edges[0];
  if (!first) return null;
  const ordered = many ? orderedInputEdges(edges, first.target, first.targetHandle ?? "") : edges;
  return (
    <Offered small>
      <ul className="sources nodrag">
        {ordered.map((edge, index) => (
          <InputSource
            key={edge.id}
            edge={edge}
            place={ordered.length > 1 ? [index, ordered.length] : null}
          />
        ))}
      </ul>
    </Offered>
  );
}

function InputSource({ edge, place }: { edge: GraphEdge; place: [number, number] | null }) {
  const label = useNodeName(edge.source);
  const move = (by: -1 | 1) => commit(() => moveInputEdge(currentGraph(), edge.id, by));
  return (
    <li className="source">
      <button
        type="button"
        className="source__name"
        title={`Comes from ${label}; click to see it`}
        onClick={() => editor.view.focusNode(edge.source)}
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
          onClick={() => removeElements(EMPTY_SET, new Set([edge.id]))}
        >
          <Unlink aria-hidden />
        </IconButton>
      </span>
    </li>
  );
}
