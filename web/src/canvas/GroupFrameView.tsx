/** The frame around a group. Its head moves the group; its name can be typed. */

import type { NodeProps } from "@xyflow/react";
import { memo, useRef } from "react";
import type { Point } from "../graph/document";
import { renameGroup } from "../graph/groups";
import { commit } from "../stores/document";
import { select, useSession } from "../stores/session";
import type { CanvasGroup } from "../editing/flowElements";
import { dragNodes, dropNodes } from "./useFlowChanges";

export const GroupFrameView = memo(function FrameView({ data }: NodeProps<CanvasGroup>) {
  const { frame } = data;
  const last = useRef<Point | null>(null);
  return (
    <div className="frame">
      <div
        className="frame__head nodrag nopan"
        onPointerDown={(event) => {
          if (event.button !== 0 || (event.target as Element).closest("input")) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          last.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={(event) => {
          if (!last.current) return;
          const { zoom } = useSession.getState().viewport;
          const by = {
            x: (event.clientX - last.current.x) / zoom,
            y: (event.clientY - last.current.y) / zoom,
          };
          last.current = { x: event.clientX, y: event.clientY };
          dragNodes(frame.nodeIds, by);
        }}
        onPointerUp={() => {
          if (last.current) dropNodes(frame.nodeIds);
          if (last.current) select(frame.nodeIds);
          last.current = null;
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
