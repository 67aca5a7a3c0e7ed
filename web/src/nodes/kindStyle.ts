/** The colour of a kind, as a CSS variable for an element and what is in it. */

import type { CSSProperties } from "react";
import type { Catalogue, Kind } from "../graph/node-types/catalogue";

export function kindStyle(
  { kinds }: Pick<Catalogue, "kinds">,
  kind: Kind | undefined,
): CSSProperties {
  const color = kind && kinds.get(kind)?.color;
  return { "--kind": color ?? "var(--line-strong)" } as CSSProperties;
}
