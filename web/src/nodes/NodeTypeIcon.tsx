/** The icon of a node type, chosen by what its form and output say; no type is known by name. */

import {
  Clapperboard,
  Crop,
  FileOutput,
  Film,
  Frame,
  Grid3x3,
  Hash,
  Image,
  Layers,
  type LucideIcon,
  RotateCw,
  Scaling,
  SlidersHorizontal,
  Sparkles,
  Type,
} from "lucide-react";
import { createElement } from "react";
import type { NodeTypeSpec } from "../graph/node-types/catalogue";
import { formOf, mediaFieldOf } from "../graph/node-types/form";

const ICON_BY_OUTPUT: Record<string, LucideIcon> = {
  text: Type,
  number: Hash,
  image: Image,
  video: Film,
};

const NAMED_ICONS: Record<NonNullable<NodeTypeSpec["icon"]>, LucideIcon> = {
  adjust: SlidersHorizontal,
  background: Frame,
  convert: FileOutput,
  grid: Grid3x3,
  overlay: Layers,
  rotate: RotateCw,
};

function iconOf(spec: NodeTypeSpec): LucideIcon {
  if (spec.icon) return NAMED_ICONS[spec.icon];
  const form = formOf(spec);
  const makes = ICON_BY_OUTPUT[spec.output] ?? Type;
  if (mediaFieldOf(spec)) return makes;
  if (form.some((group) => group.widget === "rectangle")) return Crop;
  if (form.some((group) => group.fields.some((field) => field.widget === "timestamp"))) {
    return Clapperboard;
  }
  if (spec.category === "ai") return Sparkles;
  return spec.category === "image" ? Scaling : makes;
}

export function NodeTypeIcon({ spec }: { spec: NodeTypeSpec }) {
  return createElement(iconOf(spec), { "aria-hidden": true, className: "type-icon" });
}
