/** What a drag shows beside the nodes: lines to what they are in line with, and what will stay behind. */

import { useStore, ViewportPortal } from "@xyflow/react";
import type { CSSProperties } from "react";
import { nodeBox } from "../editing/boxes";
import type { Guide } from "../graph/layout/snap";
import { currentGraph } from "../stores/document";
import { useSession } from "../stores/session";

export function DragGuides() {
  const guides = useSession((state) => state.guides);
  const copying = useSession((state) => state.copiesDragged && state.draggedPositions.size > 0);
  if (guides.length === 0 && !copying) return null;
  return (
    <ViewportPortal>
      {guides.map((guide) => (
        <GuideLine key={`${guide.axis}${guide.at}`} guide={guide} />
      ))}
      {copying && <Originals />}
    </ViewportPortal>
  );
}

function GuideLine({ guide: { axis, at, from, to } }: { guide: Guide }) {
  const hair = useStore((state) => 1 / state.transform[2]);
  const length = to - from;
  const style: CSSProperties =
    axis === "x"
      ? { left: at - hair / 2, top: from, width: hair, height: length }
      : { left: from, top: at - hair / 2, width: length, height: hair };
  return <div className="guide" data-axis={axis} style={style} />;
}

/** Where the nodes are of which copies are dragged. */
function Originals() {
  const dragged = useSession((state) => state.draggedPositions);
  const originals = currentGraph().nodes.filter(({ id }) => dragged.has(id));
  return originals.map((node) => {
    const { x, y, width, height } = nodeBox(node);
    return <div key={node.id} className="original" style={{ left: x, top: y, width, height }} />;
  });
}
