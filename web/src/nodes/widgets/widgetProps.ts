/** What every widget of a form gets. */

import type { GraphNode, Json } from "../../graph/document";
import type { Field } from "../../graph/node-types/form";

export interface WidgetProps {
  id: string;
  node: GraphNode;
  field: Field;
  value: Json;
  /** A connected value stands in for the typed one. */
  disabled: boolean;
  /** Connected text can be put into the typed one, where `{{input}}` is. */
  joinable: boolean;
  /** Undefined takes the typed value away. */
  set: (value: Json | undefined) => void;
}

/** Whether each of its targets is lower than a field with its name. */
export function hasSmallTargets({ widget }: Field): boolean {
  return widget === "choice" || widget === "switch";
}

/** Marks the place of connected text in a typed one. */
export const INPUT_PLACEHOLDER = "{{input}}";

const SPACE = "[\\s\\u200b\\u2060\\ufeff]*";
const WRITTEN = new RegExp(`\\{\\{${SPACE}input${SPACE}\\}\\}`);

/** Whether a typed text says where connected text goes; white space within the braces does not matter. */
export function hasPlaceholder(text: Json): boolean {
  return typeof text === "string" && WRITTEN.test(text);
}
