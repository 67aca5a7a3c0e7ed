/** An edge, in the colour of what goes along it; it moves while something does. */

import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useRuns } from "../stores/runs";
import { useCatalogue } from "../stores/server";
import { useEdgeChange } from "../stores/view";
import type { CanvasEdge } from "../editing/flowElements";

export const EdgeView = memo(function WireView(props: EdgeProps<CanvasEdge>) {
  const { id, source, target, selected, data } = props;
  const [path] = getBezierPath(props);
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

/** Whether a value is being made for this edge, or worked on at its end. */
function useIsActive(source: string, target: string): boolean {
  return useRuns((state) => {
    const nodes = state.shownId ? state.runs[state.shownId]?.nodes : undefined;
    return nodes?.[source]?.status === "RUNNING" || nodes?.[target]?.status === "RUNNING";
  });
}
