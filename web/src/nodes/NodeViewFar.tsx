/**
 * A node seen from far away, or while the canvas moves: what it is called, how it is, its image. Its
 * form could not be read, and hundreds of forms are what makes a large canvas slow.
 */

import "./far.css";
import {
  type Handle,
  type NodeProps,
  Position,
  useStoreApi,
  useUpdateNodeInternals,
} from "@xyflow/react";
import { useEffect, useRef, useState } from "react";
import { thumbnailUrl } from "../api/assets";
import type { CanvasNode, CanvasNodeData } from "../editing/flowElements";
import type { GraphNode } from "../graph/document";
import { estimateNode } from "../graph/layout/nodeSize";
import { mediaFieldOf } from "../graph/node-types/form";
import { useNodeName } from "../stores/names";
import { useOutOfDate } from "../stores/outOfDate";
import { type NodeRun, useNodeRun } from "../stores/runs";
import { displayStatus } from "../stores/status";
import { useCatalogue } from "../stores/server";
import { useNodeChange } from "../stores/view";
import { OutOfDateBadge, StatusBadge } from "../ui/StatusBadge";
import { kindStyle } from "./kindStyle";
import { mediaOf } from "./media";
import { countRender } from "./renderCount";
import { NodeTypeIcon } from "./NodeTypeIcon";

type EdgeEnd = Pick<Handle, "id" | "type" | "x" | "y" | "width" | "height">;

/** As wide as it is on the screen at the most, in CSS pixels. */
const WIDTH = 80;

export function NodeViewFar(props: NodeProps<CanvasNode>) {
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
      <EdgeEnds node={node} incoming={data.incoming} />
      {thumbnail && (
        <img className="far__image" src={thumbnail} alt="" decoding="async" draggable={false} />
      )}
    </article>
  );
}

/**
 * Where edges end, without anything to be seen: React Flow forgets the ports of a node in which it
 * finds none. They stay where they were with the form, or where they are estimated to be.
 */
function EdgeEnds({ node, incoming }: CanvasNodeData) {
  const flow = useStoreApi();
  const measure = useUpdateNodeInternals();
  const spec = useCatalogue().byId.get(node.type);
  const [ends] = useState((): readonly EdgeEnd[] => {
    const known = flow.getState().nodeLookup.get(node.id)?.internals.handleBounds;
    const ports = [...(known?.source ?? []), ...(known?.target ?? [])].filter(({ id }) => id);
    if (ports.length > 0) return ports;
    return (spec ? estimateNode(spec).ports : []).map((port) => ({ ...port, width: 1, height: 1 }));
  });
  const entered = new Set(incoming.map((edge) => edge.targetHandle));
  const shown = ends.filter(({ id, type }) => type === "source" || entered.has(id ?? ""));
  const known = useRef(incoming);
  useEffect(() => {
    if (known.current !== incoming) measure(node.id);
    known.current = incoming;
  }, [incoming, measure, node.id]);
  return shown.map(({ id, type, x: left, y: top, width, height }) => (
    <span
      key={`${type} ${id ?? ""}`}
      className={`far__end ${type}`}
      data-handleid={id}
      data-handlepos={type === "source" ? Position.Right : Position.Left}
      style={{ left, top, width, height }}
    />
  ));
}

/** What the node gave, else what it was given, if that is an image. */
function useThumbnail(node: GraphNode, run: NodeRun | undefined): string | null {
  const spec = useCatalogue().byId.get(node.type);
  if (run?.output?.kind === "image") return thumbnailUrl(run.output.url, WIDTH);
  const field = spec && mediaFieldOf(spec);
  const media = field && mediaOf(node.data[field.name], field.accept);
  return media?.kind === "image" ? thumbnailUrl(media.url, WIDTH) : null;
}
