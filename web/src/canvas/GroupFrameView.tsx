/** The frame around a group. Its head moves the group; its name can be typed. */

import type { NodeProps } from "@xyflow/react";
import { memo, useRef } from "react";
import type { Point } from "../graph/document";
import { renameGroup } from "../graph/groups";
import { commit, currentGraph, nodesById } from "../stores/document";
import { select, useSession } from "../stores/session";
import type { CanvasGroup } from "../editing/flowElements";
import { dragNodes, dropNodes } from "../editing/placing";

export const GroupFrameView = memo(function FrameView({ data }: NodeProps<CanvasGroup>) {
  const { frame } = data;
  const start = useRef<Point | null>(null);
  return (
    <div className="frame">
      <div
        className="frame__head nodrag nopan"
        onPointerDown={(event) => {
          if (event.button !== 0 || (event.target as Element).closest("input")) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={(event) => {
          if (!start.current) return;
          const { zoom } = useSession.getState().viewport;
          const by = {
            x: (event.clientX - start.current.x) / zoom,
            y: (event.clientY - start.current.y) / zoom,
          };
          useSession.setState({ copiesDragged: event.altKey });
          dragNodes(movedBy(frame.nodeIds, by));
        }}
        onPointerUp={() => {
          if (start.current) select(frame.nodeIds);
          if (start.current) dropNodes();
          start.current = null;
        }}
      >
        <input
          className="frame__name"
          aria-label="Name of the group"
          value={frame.label}
          size={Math.max(4, frame.label.length)}
          maxLength={80}
          onChange={(event) =>
            commit((graph) => renameGroup(graph, frame.id, event.target.value), `group ${frame.id}`)
          }
        />
      </div>
    </div>
  );
});

/** Where nodes would be that are moved by as much. */
function movedBy(nodeIds: readonly string[], by: Point): Map<string, Point> {
  const known = nodesById(currentGraph());
  const places = nodeIds.flatMap((id): [string, Point][] => {
    const at = known.get(id)?.position;
    return at ? [[id, { x: at.x + by.x, y: at.y + by.y }]] : [];
  });
  return new Map(places);
}
