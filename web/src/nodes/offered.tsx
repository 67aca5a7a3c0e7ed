/**
 * What of a node can be worked with: a target that is too small to be hit is not offered to the
 * pointer, and a click on it brings it near.
 */

import type { ReactNode } from "react";
import { useOffered } from "./detail";

interface OfferedProps {
  /** Whether it is too small unless the canvas is seen from nearest. */
  small?: boolean;
  children: ReactNode;
}

export function Offered({ small = false, children }: OfferedProps) {
  return (
    <div className="offered" inert={!useOffered(small)}>
      {children}
    </div>
  );
}
