/** The line under the pointer while a connection is drawn; says why it cannot end here. */

import { type ConnectionLineComponentProps, getBezierPath } from "@xyflow/react";
import { connectionError } from "../graph/connect";
import { outputOf, portOf } from "../graph/node-types/catalogue";
import { currentGraph, nodesById } from "../stores/document";
import { currentCatalogue } from "../stores/server";
import type { CanvasElement } from "../editing/flowElements";

export function ConnectionLine(props: ConnectionLineComponentProps<CanvasElement>) {
  const { fromX, fromY, toX, toY, fromPosition, toPosition } = props;
  const [path] = getBezierPath({
    ...{ sourceX: fromX, sourceY: fromY, targetX: toX, targetY: toY },
    ...{ sourcePosition: fromPosition, targetPosition: toPosition },
  });
  const reason = errorOf(props);
  return (
    <g>
      <path
        className={reason ? "connection connection--refused" : "connection connection--drawing"}
        d={path}
        style={{ stroke: colorOf(props) }}
      />
      {reason && (
        <foreignObject
          x={toX + 14}
          y={toY + 10}
          width={260}
          height={80}
          className="connection-error-box"
        >
          <div className="connection-error" role="status">
            {reason}
          </div>
        </foreignObject>
      )}
    </g>
  );
}

function errorOf({
  fromHandle,
  toHandle,
}: ConnectionLineComponentProps<CanvasElement>): string | null {
  if (!toHandle || (toHandle.nodeId === fromHandle.nodeId && toHandle.id === fromHandle.id)) {
    return null;
  }
  if (toHandle.type === fromHandle.type) return "Connect an output with an input.";
  const [from, to] = fromHandle.type === "source" ? [fromHandle, toHandle] : [toHandle, fromHandle];
  return connectionError(currentGraph(), currentCatalogue(), {
    ...{ source: from.nodeId, sourceHandle: from.id ?? null },
    ...{ target: to.nodeId, targetHandle: to.id ?? null },
  });
}

function colorOf({ fromHandle }: ConnectionLineComponentProps<CanvasElement>): string {
  const catalogue = currentCatalogue();
  const node = nodesById(currentGraph()).get(fromHandle.nodeId);
  const spec = node && catalogue.byId.get(node.type);
  const kind =
    fromHandle.type === "source"
      ? outputOf(spec, fromHandle.id)?.kind
      : portOf(spec, fromHandle.id)?.kinds[0];
  return (kind && catalogue.kinds.get(kind)?.color) ?? "var(--accent)";
}
