/** What a node gave, output by output. */

import type { Value } from "../../generated/api";
import { OUTPUT_HANDLE } from "../../graph/document";
import type { NodeTypeSpec } from "../../graph/node-types/catalogue";
import type { NodeRun } from "../../stores/runs";

interface NamedValue {
  handle: string;
  /** Null: it is the only output, which needs no name. */
  title: string | null;
  value: Value;
}

/** The values in the order of the node type's outputs; those that were not taken are left out. */
export function outputsOf(run: NodeRun, spec: NodeTypeSpec | undefined): NamedValue[] {
  const outputs = spec?.outputs ?? [{ handle: OUTPUT_HANDLE, title: "" }];
  return outputs.flatMap(({ handle, title }) => {
    const value = outputAt(run, handle);
    return value ? [{ handle, title: outputs.length > 1 ? title : null, value }] : [];
  });
}

/** What came out at a handle; null: nothing, or not yet. */
export function outputAt(
  { output, outputs }: Pick<NodeRun, "output" | "outputs">,
  handle = OUTPUT_HANDLE,
): Value | null {
  return outputs[handle] ?? (handle === OUTPUT_HANDLE ? output : null);
}
