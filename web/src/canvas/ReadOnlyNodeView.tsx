/** A node of an older graph: the same, but nothing in it can be changed. */

import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { CanvasNode } from "../editing/flowElements";
import { NodeView } from "../nodes/NodeView";

export const ReadOnlyNodeView = memo(function PastStep(props: NodeProps<CanvasNode>) {
  return (
    <fieldset className="read-only" disabled>
      <NodeView {...props} />
    </fieldset>
  );
});
