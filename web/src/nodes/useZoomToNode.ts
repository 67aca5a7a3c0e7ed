/**
 * What brings a node near: a click on a control that is too small to be offered, a double click on a
 * node that is, and with a finger a tap on it.
 */

import type { NodeMouseHandler } from "@xyflow/react";
import { useCallback } from "react";
import type { CanvasElement } from "../editing/flowElements";
import { hasTouch } from "../stores/session";
import { editor } from "../sync/editor";
import type { Distance } from "./detail";

const CONTROLS = "input, textarea, select, button, label";

export function useZoomToNode(distance: Distance): NodeMouseHandler<CanvasElement> {
  return useCallback(
    (event) => {
      const { clientX: x, clientY: y, detail, shiftKey, ctrlKey, metaKey } = event;
      const target = event.target as Element;
      const node = target.closest(".react-flow__node-step");
      if (!node || distance === "nearest" || shiftKey || ctrlKey || metaKey) return;
      const control = controlAt(node, x, y);
      const tooSmall = distance !== "near" && !target.closest("button");
      if (control ?? (tooSmall && (hasTouch() || detail === 2))) {
        editor.view.zoomToNode(node, { x, y }, control);
      }
    },
    [distance],
  );
}

/** The control at a point of the screen within a node's form, although it is not offered; or whose name is there. */
function controlAt(node: Element, x: number, y: number): HTMLElement | null {
  for (const each of node.querySelectorAll<HTMLElement>(`.form :is(${CONTROLS})`)) {
    const control = each instanceof HTMLLabelElement ? each.control : each;
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const hit = x >= left && x <= right && y >= top && y <= bottom;
    if (hit && control?.closest("[inert]")) return control;
  }
  return null;
}
