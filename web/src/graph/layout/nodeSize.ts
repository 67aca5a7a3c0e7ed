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

export interface Estimate {
  size: Size;
  ports: readonly EstimatedPort[];
}

/** Width of a node, as `nodes.css` has it. */
export const NODE_WIDTH = 300;
const HEAD = 46;
const PORT_ROW = 32;
const PORT_TOP = 16;
const RECTANGLE = 210;
const HEIGHTS: Partial<Record<WidgetName, number>> = { media: 230, text: 100, json: 100 };
const LINE = 66;

const known = new WeakMap<NodeTypeSpec, Estimate>();

/** The same object for all nodes of a type. */
export function estimateOf(spec: NodeTypeSpec): Estimate {
  const found = known.get(spec) ?? estimate(spec);
  known.set(spec, found);
  return found;
}

function estimate(spec: NodeTypeSpec): Estimate {
  const ports: EstimatedPort[] = [{ id: "output", type: "source", x: NODE_WIDTH, y: HEAD / 2 }];
  let y = HEAD;
  const enter = (id: string, height: number) => {
    ports.push({ id, type: "target", x: 0, y: y + PORT_TOP });
    y += height;
  };
  for (const port of spec.inputs) if (!port.param) enter(port.handle, PORT_ROW);
  for (const group of formOf(spec)) {
    if (group.widget === "rectangle") y += RECTANGLE;
    for (const field of group.fields) {
      const height = field.advanced ? 0 : (HEIGHTS[field.widget] ?? LINE);
      if (portOf(spec, field.name)) enter(field.name, height);
      else y += height;
    }
  }
  return { size: { width: NODE_WIDTH, height: y + 24 }, ports };
}
