/** A node of an older graph: the same, but nothing in it can be changed. */

import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { StepNode } from "../editing/flowElements";
import { StepView } from "../nodes/NodeView";

export const PastStep = memo(function PastStep(props: NodeProps<StepNode>) {
  return (
    <fieldset className="as-it-was" disabled>
      <StepView {...props} />
    </fieldset>
  );
});
