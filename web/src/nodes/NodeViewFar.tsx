/**
 * A node seen from far away: what it is called, how it is, its picture. Its form could not be
 * read at that size, and hundreds of forms are what makes a large canvas slow.
 */

import "./far.css";
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { thumbnailUrl } from "../api/assets";
import type { StepNode } from "../editing/flowElements";
import { type GraphNode, labelOf } from "../graph/document";
import { mediaFieldOf } from "../graph/node-types/form";
import { type NodeRun, statusShown, useNodeRun } from "../stores/runs";
import { useCatalogue } from "../stores/server";
import { Status } from "../ui/StatusBadge";
import { kindStyle } from "./kindStyle";
import { mediaOf } from "./media";
import { countRender } from "./renderCount";
import { TypeIcon } from "./NodeTypeIcon";

/** As wide as it is on the screen at the most, in CSS pixels. */
const WIDTH = 80;

export const FarStep = memo(function FarStep(props: NodeProps<StepNode>) {
  const { id, data, selected, height } = props;
  const { node } = data;
  const catalogue = useCatalogue();
  const spec = catalogue.byId.get(node.type);
  const run = useNodeRun(id);
  countRender(id);
  const status = run ? statusShown(run.status, run.reused) : "NONE";
  const picture = usePicture(node, run);
  const classes = ["node", "node--far", `node--${status}`, selected && "node--selected"];
  return (
    <article
      className={classes.filter(Boolean).join(" ")}
      style={{ ...kindStyle(catalogue, spec?.output), height }}
      data-type={node.type}
      data-status={status}
    >
      <header className="node__head">
        <span className="node__icon">{spec && <TypeIcon spec={spec} />}</span>
        {run && <Status status={run.status} reused={run.reused} />}
        <span className="far__label">{labelOf(node, spec?.title)}</span>
      </header>
      {picture && (
        <img className="far__picture" src={picture} alt="" decoding="async" draggable={false} />
      )}
    </article>
  );
});

/** What the node gave, else what it was given, if that is a picture. */
function usePicture(node: GraphNode, run: NodeRun | undefined): string | null {
  const spec = useCatalogue().byId.get(node.type);
  if (run?.output?.kind === "image") return thumbnailUrl(run.output.url, WIDTH);
  const field = spec && mediaFieldOf(spec);
  const media = field && mediaOf(node.data[field.name], field.accept);
  return media?.kind === "image" ? thumbnailUrl(media.url, WIDTH) : null;
}
