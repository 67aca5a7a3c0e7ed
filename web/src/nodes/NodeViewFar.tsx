/**
 * A node seen from far away: what it is called, how it is, its image. Its form could not be
 * read at that size, and hundreds of forms are what makes a large canvas slow.
 */

import "./far.css";
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { thumbnailUrl } from "../api/assets";
import type { CanvasNode } from "../editing/flowElements";
import type { GraphNode } from "../graph/document";
import { mediaFieldOf } from "../graph/node-types/form";
import { useNodeName } from "../stores/names";
import { useOutOfDate } from "../stores/outOfDate";
import { type NodeRun, displayStatus, useNodeRun } from "../stores/runs";
import { useCatalogue } from "../stores/server";
import { useNodeChange } from "../stores/view";
import { OutOfDateBadge, StatusBadge } from "../ui/StatusBadge";
import { kindStyle } from "./kindStyle";
import { mediaOf } from "./media";
import { countRender } from "./renderCount";
import { NodeTypeIcon } from "./NodeTypeIcon";

/** As wide as it is on the screen at the most, in CSS pixels. */
const WIDTH = 80;

export const NodeViewFar = memo(function FarStep(props: NodeProps<CanvasNode>) {
  const { id, data, selected, height } = props;
  const { node } = data;
  const catalogue = useCatalogue();
  const spec = catalogue.byId.get(node.type);
  const run = useNodeRun(id);
  const outOfDate = useOutOfDate(id, run);
  const name = useNodeName(id);
  countRender(id);
  const status = run ? displayStatus(run) : "NONE";
  const thumbnail = useThumbnail(node, run);
  const classes = ["node", "node--far", `node--${status}`, selected && "node--selected"];
  return (
    <article
      className={classes.filter(Boolean).join(" ")}
      style={{ ...kindStyle(catalogue, spec?.output), height }}
      data-type={node.type}
      data-status={status}
      data-out-of-date={outOfDate !== null}
      data-change={useNodeChange(id)}
    >
      <header className="node__head">
        <span className="node__icon">{spec && <NodeTypeIcon spec={spec} />}</span>
        {outOfDate ? <OutOfDateBadge /> : run && <StatusBadge {...run} />}
        <span className="far__label">{name}</span>
      </header>
      {thumbnail && (
        <img className="far__image" src={thumbnail} alt="" decoding="async" draggable={false} />
      )}
    </article>
  );
});

/** What the node gave, else what it was given, if that is an image. */
function useThumbnail(node: GraphNode, run: NodeRun | undefined): string | null {
  const spec = useCatalogue().byId.get(node.type);
  if (run?.output?.kind === "image") return thumbnailUrl(run.output.url, WIDTH);
  const field = spec && mediaFieldOf(spec);
  const media = field && mediaOf(node.data[field.name], field.accept);
  return media?.kind === "image" ? thumbnailUrl(media.url, WIDTH) : null;
}
