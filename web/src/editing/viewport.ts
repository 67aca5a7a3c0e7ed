/** The React Flow instance of this window, for commands that come from outside the canvas. */

import type { ReactFlowInstance } from "@xyflow/react";
import type { Point } from "../graph/document";
import type { Box } from "../graph/groups";
import type { AddRequest } from "../stores/session";
import type { CanvasElement, CanvasEdge } from "./flowElements";

type Flow = ReactFlowInstance<CanvasElement, CanvasEdge>;

let flow: Flow | null = null;
let surface: HTMLElement | null = null;

export function attachFlow(instance: Flow | null, element: HTMLElement | null): void {
  flow = instance;
  surface = element;
}

/** A point of the screen as a point of the canvas. */
export function screenToCanvas(screen: Point): Point {
  return flow?.screenToFlowPosition(screen) ?? screen;
}

/** The middle of what is in view, as points of the screen and of the canvas. */
export function viewCenter(): Pick<AddRequest, "screen" | "position"> {
  const box = surface?.getBoundingClientRect() ?? new DOMRect();
  const screen = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  return { screen, position: screenToCanvas(screen) };
}

const ANIMATION_MS = 250;

function duration(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ANIMATION_MS;
}

/** Brings everything, or some nodes, into view. */
export function fitView(nodeIds?: Iterable<string>): void {
  const nodes = nodeIds ? { nodes: [...nodeIds].map((id) => ({ id })) } : {};
  void flow?.fitView({ ...nodes, padding: 0.12, maxZoom: 1, duration: duration() });
}

export function zoomBy(direction: 1 | -1): void {
  const options = { duration: duration() };
  void (direction > 0 ? flow?.zoomIn(options) : flow?.zoomOut(options));
}

export function zoomTo(zoom: number): void {
  void flow?.zoomTo(zoom, { duration: duration() });
}

/** Gives the keyboard to a node, and brings it into view. */
export function focusNode(id: string): void {
  fitView([id]);
  elementOf(id)?.focus();
}

/** Gives the keyboard to a node that was added just now, as soon as it was drawn and measured. */
export function focusNewNode(id: string, frames = 60): void {
  requestAnimationFrame(() => {
    const element = elementOf(id);
    element?.focus({ preventScroll: true });
    if (frames > 0 && document.activeElement !== element) focusNewNode(id, frames - 1);
  });
}

function elementOf(id: string): HTMLElement | null {
  return surface?.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`) ?? null;
}

/** Whether a box of the canvas is in view altogether. */
export function isInView({ x, y, width, height }: Box): boolean {
  const view = surface?.getBoundingClientRect();
  if (!flow || !view) return true;
  const from = flow.flowToScreenPosition({ x, y });
  const to = flow.flowToScreenPosition({ x: x + width, y: y + height });
  return from.x >= view.left && from.y >= view.top && to.x <= view.right && to.y <= view.bottom;
}
