/** A small drawing of a graph: for lists and comparisons. */

import { memo } from "react";
import type { Graph } from "../../graph/document";
import { boundingBox } from "../../graph/groups";
import { useCatalogue } from "../../stores/server";

const NODE = { width: 300, height: 170 };
const MARGIN = 60;

interface GraphThumbnailProps {
  graph: Pick<Graph, "nodes" | "edges">;
  /** Nodes to point out. */
  highlighted?: ReadonlySet<string>;
}

export const GraphThumbnail = memo(function Sketch({ graph, highlighted }: GraphThumbnailProps) {
  const catalogue = useCatalogue();
  const boxes = graph.nodes.map((node) => ({ node, box: { ...node.position, ...NODE } }));
  if (boxes.length === 0)
    return <div className="graph-thumbnail graph-thumbnail--empty">Nothing on it yet</div>;
  const all = boundingBox(boxes.map((each) => each.box));
  const at = new Map(boxes.map(({ node, box }) => [node.id, box]));
  const color = (type: string) => {
    const output = catalogue.byId.get(type)?.output;
    return (output && catalogue.kinds.get(output)?.color) ?? "currentColor";
  };
  const view = [all.x - MARGIN, all.y - MARGIN, all.width + 2 * MARGIN, all.height + 2 * MARGIN];
  return (
    <svg className="graph-thumbnail" viewBox={view.join(" ")} aria-hidden="true">
      {graph.edges.map((edge) => {
        const [from, to] = [at.get(edge.source), at.get(edge.target)];
        return (
          from && to && <path key={edge.id} className="graph-thumbnail__edge" d={curve(from, to)} />
        );
      })}
      {boxes.map(({ node, box }) => (
        <rect
          key={node.id}
          className={
            highlighted?.has(node.id)
              ? "graph-thumbnail__node graph-thumbnail__node--marked"
              : "graph-thumbnail__node"
          }
          {...box}
          rx={28}
          fill={color(node.type)}
        />
      ))}
    </svg>
  );
});

interface Box {
  x: number;
  y: number;
}

function curve(from: Box, to: Box): string {
  const [x, y] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const bend = Math.max(60, Math.abs(x2 - x) / 2);
  return `M${x},${y} C${x + bend},${y} ${x2 - bend},${y2} ${x2},${y2}`;
}
