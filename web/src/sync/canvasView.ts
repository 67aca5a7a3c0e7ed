/** The part of the canvas that is in view, for commands that come from outside of it. */

import type { Point, Viewport } from "../graph/document";
import type { Box } from "../graph/groups";
import { isNarrow, showPanel } from "../stores/session";

const ANIMATION_MS = 180;
/** How everything is brought into view: beside the tools at the lower edge, and never larger than it is. */
export const FIT: FitOptions = { padding: { x: "5%", top: "24px", bottom: "64px" }, maxZoom: 1 };
const VIEWPORT_KEY = "nodeloom.viewport.";

interface Animation {
  duration: number;
}

interface FitOptions {
  padding: { x: `${number}%`; top: `${number}px`; bottom: `${number}px` };
  maxZoom: number;
}

/** What is used of React Flow's instance. */
export interface FlowInstance {
  screenToFlowPosition(point: Point): Point;
  fitView(options: Animation & FitOptions & { nodes?: { id: string }[] }): unknown;
  zoomIn(options: Animation): unknown;
  zoomOut(options: Animation): unknown;
  zoomTo(zoom: number, options: Animation): unknown;
  setCenter(x: number, y: number, options: Animation & { zoom: number }): unknown;
}

/** A place for something new, on the screen and on the canvas. */
export interface NewPlace {
  screen: Point;
  position: Point;
  /** Whether the pointer is there; else it may give way to what lies there. */
  pointed: boolean;
}

function animation(): Animation {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { duration: still ? 0 : ANIMATION_MS };
}

export class CanvasView {
  private flow: FlowInstance | null = null;
  private surface: HTMLElement | null = null;
  /** Whether everything was brought into view last, and nothing else since. */
  private fitted = false;
  /** Where the pointer is, on the screen; null: not over the canvas. */
  private pointer: Point | null = null;

  /** Works on another canvas; `fitted`: it begins with everything in view. */
  attach(flow: FlowInstance, surface: HTMLElement | null, fitted: boolean): void {
    this.flow = flow;
    this.surface = surface;
    this.fitted = fitted;
    this.pointer = null;
    surface?.addEventListener("pointermove", ({ clientX: x, clientY: y }) => {
      this.pointer = { x, y };
    });
    surface?.addEventListener("pointerleave", () => {
      this.pointer = null;
    });
  }

  /** Where something new is to lie: under the pointer, else in the middle. */
  newPlace(): NewPlace {
    if (!this.pointer) return { ...this.center(), pointed: false };
    return { screen: this.pointer, position: this.toCanvas(this.pointer), pointed: true };
  }

  /** A point of the screen as a point of the canvas. */
  toCanvas(screen: Point): Point {
    return this.flow?.screenToFlowPosition(screen) ?? screen;
  }

  /** The middle of what is in view, as points of the screen and of the canvas. */
  center(): { screen: Point; position: Point } {
    const box = this.surface?.getBoundingClientRect() ?? new DOMRect();
    const screen = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    return { screen, position: this.toCanvas(screen) };
  }

  /** Brings everything, or some nodes, into view. */
  fit(nodeIds?: Iterable<string>): void {
    const nodes = nodeIds ? { nodes: [...nodeIds].map((id) => ({ id })) } : {};
    this.fitted = !nodeIds;
    this.flow?.fitView({ ...nodes, ...FIT, ...animation() });
  }

  /** Brings everything into view again, in a place of another size or with nodes that have grown, unless it was moved since. */
  refit(): void {
    if (this.fitted) this.flow?.fitView({ ...FIT, duration: 0 });
  }

  /** Says that the canvas was moved by hand. */
  noteMove(): void {
    this.fitted = false;
  }

  zoomBy(direction: 1 | -1): void {
    this.fitted = false;
    if (direction > 0) this.flow?.zoomIn(animation());
    else this.flow?.zoomOut(animation());
  }

  zoomTo(zoom: number): void {
    this.fitted = false;
    this.flow?.zoomTo(zoom, animation());
  }

  /** Brings a node to full size at a point of it, and gives the keyboard to a control there once it can have it. */
  zoomToNode(node: Element, at: Point, control: HTMLElement | null): void {
    const { x, y } = this.toCanvas({ x: center(node).x, y: at.y });
    this.fitted = false;
    this.flow?.setCenter(x, y, { zoom: 1, ...animation() });
    if (control) focusWhenOffered(control);
  }

  /** Gives the keyboard to a node, and brings it into view; a panel that lies on the canvas closes. */
  focusNode(id: string): void {
    if (isNarrow()) showPanel(null);
    this.fit([id]);
    this.elementOf(id)?.focus();
  }

  /**
   * Gives the keyboard to a node that was added just now, or to one of its fields, as soon as it was
   * drawn and measured.
   */
  focusNewNode(id: string, fieldId: string | null = null, frames = 60): void {
    requestAnimationFrame(() => {
      const field = fieldId === null ? null : document.getElementById(fieldId);
      const element = field ?? this.elementOf(id);
      if (field?.closest("[inert]")) {
        this.zoomToNode(field, center(field), field);
        return;
      }
      element?.focus({ preventScroll: true });
      if (frames > 0 && document.activeElement !== element)
        this.focusNewNode(id, fieldId, frames - 1);
    });
  }

  private elementOf(id: string): HTMLElement | null {
    return this.surface?.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`) ?? null;
  }

  /** Whether a box of the canvas is in view altogether. */
  contains(box: Box): boolean {
    const view = this.inView();
    if (!view) return true;
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    const inWidth = box.x >= view.x && right <= view.x + view.width;
    return inWidth && box.y >= view.y && bottom <= view.y + view.height;
  }

  /** What of the canvas is in view. */
  inView(): Box | null {
    const surface = this.surface?.getBoundingClientRect();
    if (!this.flow || !surface) return null;
    const { x, y } = this.toCanvas({ x: surface.left, y: surface.top });
    const to = this.toCanvas({ x: surface.right, y: surface.bottom });
    return { x, y, width: to.x - x, height: to.y - y };
  }
}

function center(element: Element): Point {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}

function focusWhenOffered(control: HTMLElement, frames = 120): void {
  if (control.closest("[inert]") === null) control.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusWhenOffered(control, frames - 1));
}

/** Remembers on this machine what of a workflow was in view. */
export function storeViewport(workflowId: number, viewport: Viewport): void {
  localStorage.setItem(`${VIEWPORT_KEY}${workflowId}`, JSON.stringify(viewport));
}

export function loadViewport(workflowId: number): Viewport | null {
  const stored = localStorage.getItem(`${VIEWPORT_KEY}${workflowId}`) ?? "{}";
  const { x, y, zoom } = JSON.parse(stored) as Partial<Viewport>;
  return x !== undefined && y !== undefined && zoom ? { x, y, zoom } : null;
}
