/** How large a node will be, about, and where its ports are: known before it was ever drawn. */

import { type NodeTypeSpec, portOf } from "../node-types/catalogue";
import { formOf, type WidgetName } from "../node-types/form";
import type { Size } from "./freePosition";

export interface EstimatedPort {
  id: string;
  type: "source" | "target";
  x: number;
  y: number;
}

export interface NodeEstimate {
  size: Size;
  ports: readonly EstimatedPort[];
}

/** Width of a node, as `nodes.css` has it. */
export const NODE_WIDTH = 300;
const HEADER_HEIGHT = 46;
const PORT_ROW_HEIGHT = 32;
const PORT_OFFSET = 16;
const RECTANGLE_HEIGHT = 210;
const WIDGET_HEIGHTS: Partial<Record<WidgetName, number>> = { media: 230, text: 100, json: 100 };
const DEFAULT_HEIGHT = 66;
/** The place of a result, as `result.css` has it, with what is around it. */
const RESULT_HEIGHT = 214;
const FOOT_HEIGHT = 38;

const cache = new WeakMap<NodeTypeSpec, NodeEstimate>();

/** The same object for all nodes of a type. */
export function estimateNode(spec: NodeTypeSpec): NodeEstimate {
  const found = cache.get(spec) ?? estimate(spec);
  cache.set(spec, found);
  return found;
}

function estimate(spec: NodeTypeSpec): NodeEstimate {
  const ports: EstimatedPort[] = [];
  const several = spec.outputs.length > 1;
  spec.outputs.forEach(({ handle: id }, row) => {
    const inRow = HEADER_HEIGHT + row * PORT_ROW_HEIGHT + PORT_OFFSET;
    ports.push({ id, type: "source", x: NODE_WIDTH, y: several ? inRow : HEADER_HEIGHT / 2 });
  });
  let y = HEADER_HEIGHT + (several ? spec.outputs.length * PORT_ROW_HEIGHT : 0);
  const enter = (id: string, height: number) => {
    ports.push({ id, type: "target", x: 0, y: y + PORT_OFFSET });
    y += height;
  };
  for (const port of spec.inputs) if (!port.param) enter(port.handle, PORT_ROW_HEIGHT);
  for (const group of formOf(spec)) {
    if (group.widget === "rectangle") y += RECTANGLE_HEIGHT;
    for (const field of group.fields) {
      const height = field.advanced ? 0 : (WIDGET_HEIGHTS[field.widget] ?? DEFAULT_HEIGHT);
      if (portOf(spec, field.name)) enter(field.name, height);
      else y += height;
    }
  }
  const result = spec.category === "input" ? 0 : RESULT_HEIGHT;
  return { size: { width: NODE_WIDTH, height: y + 24 + result + FOOT_HEIGHT }, ports };
}
