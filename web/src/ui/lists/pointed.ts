/** Rows of a list that the keyboard and the mouse both choose from. */

import type { PointerEvent } from "react";

/**
 * Calls this when a mouse is moved over a row. Not when the row comes to lie below a mouse at rest, as when
 * the list opens there or gets shorter: that would choose for the keyboard.
 */
export function onPointerMoved(point: () => void) {
  return ({ pointerType, movementX, movementY }: PointerEvent): void => {
    if (pointerType === "mouse" && (movementX || movementY)) point();
  };
}
