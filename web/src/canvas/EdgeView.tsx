/**
 * An edge, in the colour of what goes along it; it moves while something does. It goes around the
 * nodes, except from far away, where nobody could tell.
 */

import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { createContext, memo, useContext, useMemo } from "react";
import type { CanvasEdge, NodeBox } from "../editing/flowElements";
import { edgePath } from "../graph/routing/edgeRoute";
import { useFar } from "../nodes/detail";
import { useRuns } from "../stores/runs";
import { useCatalogue } from "../stores/server";
import { useEdgeChange } from "../stores/view";

/** Where the nodes are. */
export const NodeBoxes = createContext<readonly NodeBox[]>([]);

export const EdgeView = memo(function WireView(props: EdgeProps<CanvasEdge>) {
  const { id, source, target, selected, data } = props;
  const path = usePath(props);
  const flowing = useIsActive(source, target);
  const kind = data?.kind;
  const color = useCatalogue().kinds.get(kind ?? "text")?.color ?? "var(--line-strong)";
  const change = useEdgeChange(id);
  const classes = [
    "connection",
    selected && "connection--selected",
    flowing && "connection--flowing",
    change && `connection--${change}`,
  ];
  return (
    <BaseEdge
      id={id}
      path={path}
      interactionWidth={22}
      className={classes.filter(Boolean).join(" ")}
      style={{ stroke: color }}
    />
  );
});

function usePath(props: EdgeProps<CanvasEdge>): string {
  const { source, target, sourceX, sourceY, targetX, targetY } = props;
  const all = useContext(NodeBoxes);
  const far = useFar();
  return useMemo(() => {
    const boxes = far ? [] : all.filter(({ id }) => id !== source && id !== target);
    return edgePath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, boxes);
  }, [all, far, source, target, sourceX, sourceY, targetX, targetY]);
}

/** Whether a value is being made for this edge, or worked on at its end. */
function useIsActive(source: string, target: string): boolean {
  return useRuns((state) => {
    const nodes = state.shownId ? state.runs[state.shownId]?.nodes : undefined;
    return nodes?.[source]?.status === "RUNNING" || nodes?.[target]?.status === "RUNNING";
  });
}
