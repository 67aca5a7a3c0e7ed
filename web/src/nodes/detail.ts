/**
 * How much of a node is drawn, and what of it can be hit. From far away no form is drawn, as nobody
 * could read it. While the canvas moves, none is drawn anew: forms that come into view appear once it
 * rests, a few in each frame, so that no frame has to draw many of them.
 */

import { useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";
import { create } from "zustand";
import { hasTouch, useSession } from "../stores/session";

/**
 * From how far away the canvas is seen. `nearest`: everything can be hit. `near`: fields, and buttons
 * that are drawn larger. `middle`: forms are to be seen, but only nodes and ports can be hit. `far`:
 * nodes are names and images. `farthest`: areas and images.
 */
export type Distance = "nearest" | "near" | "middle" | "far" | "farthest";

/** How large a target is on the screen at least, in CSS pixels; WCAG 2.2 asks for 24. */
const TARGET = 26;
/** From this zoom on a target of that size is as large as WCAG asks for. */
const NEAREST_ZOOM = 0.93;
/** From this zoom on a field with its name is; a finger needs more. */
const NEAR_ZOOM = { pointer: 0.4, finger: 0.8 };
/** Below this zoom nobody can read a form. */
const FAR_ZOOM = 0.28;
/** Below this zoom nobody can read a name. */
const FARTHEST_ZOOM = 0.12;
/** The canvas rests when it has not moved for so long. */
const REST_MS = 140;
/** How much of a frame goes into drawing nodes anew. */
const FRAME_BUDGET_MS = 8;

type Transform = readonly [x: number, y: number, zoom: number];

/** What is used of React Flow's store. */
interface FlowStore {
  getState(): { transform: Transform };
  subscribe(listener: () => void): () => void;
}

interface MountedNode {
  detailed: boolean;
  draw: (detailed: boolean) => void;
}

interface CanvasMotion {
  /** When it last rested; null: before it was drawn. */
  zoom: number | null;
  moving: boolean;
  /** Whether the keyboard goes from one control to the next: for it none is too small. */
  byKeyboard: boolean;
}

const AT_REST: CanvasMotion = { zoom: null, moving: false, byKeyboard: false };
const useMotion = create<CanvasMotion>(() => AT_REST);
const mounted = new Set<MountedNode>();
let frame = 0;

export function useDistance(): Distance {
  return useMotion(currentDistance);
}

/** Whether everything is drawn as from far away. */
export function useFar(): boolean {
  return useMotion(isFar);
}

/** Whether something on a node can be hit; `small`: it is too small unless everything can. */
export function useOffered(small: boolean): boolean {
  return useMotion((motion) => {
    if (motion.byKeyboard) return true;
    const distance = currentDistance(motion);
    return distance === "nearest" || (distance === "near" && !small);
  });
}

/** How large what can be hit has to be on the canvas, in its pixels. */
export function useTargetSize(): number {
  return useMotion((motion) => TARGET / Math.min(1, Math.max(FAR_ZOOM, currentZoom(motion))));
}

function currentZoom({ zoom }: CanvasMotion): number {
  return zoom ?? useSession.getState().viewport.zoom;
}

function currentDistance(motion: CanvasMotion): Distance {
  const zoom = currentZoom(motion);
  if (zoom < FARTHEST_ZOOM) return "farthest";
  if (zoom < FAR_ZOOM) return "far";
  if (zoom >= NEAREST_ZOOM) return "nearest";
  return zoom < (hasTouch() ? NEAR_ZOOM.finger : NEAR_ZOOM.pointer) ? "middle" : "near";
}

function isFar(motion: CanvasMotion): boolean {
  return currentDistance(motion).startsWith("far");
}

/** Whether the canvas is being panned or zoomed. */
export function useMoving(): boolean {
  return useMotion((state) => state.moving);
}

/** Follows a canvas until the function that is returned is called. */
export function followCanvas(store: FlowStore): () => void {
  let known = store.getState().transform;
  let movedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    timer = undefined;
    useMotion.setState({ zoom: known[2], moving: false });
    schedule();
  };
  // One timer for many frames: to set it anew in each costs more than all else that is done here.
  const restLater = () => {
    const left = movedAt + REST_MS - performance.now();
    if (left > 0) timer = setTimeout(restLater, left);
    else rest();
  };
  const stop = store.subscribe(() => {
    const { transform } = store.getState();
    if (transform === known || transform.every((value, index) => value === known[index])) return;
    known = transform;
    movedAt = performance.now();
    if (timer !== undefined) return;
    useMotion.setState({ moving: true });
    timer = setTimeout(restLater, REST_MS);
  });
  const onKey = ({ key }: KeyboardEvent) => key === "Tab" && setByKeyboard(true);
  const onPointer = () => setByKeyboard(false);
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("pointerdown", onPointer, true);
  rest();
  return () => {
    stop();
    clearTimeout(timer);
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("pointerdown", onPointer, true);
    useMotion.setState(AT_REST);
  };
}

function setByKeyboard(byKeyboard: boolean): void {
  if (useMotion.getState().byKeyboard !== byKeyboard) useMotion.setState({ byKeyboard });
}

/** Whether a node is drawn with its form; `height`: as high as it is, where that is known. */
export function useDetailed(height: number | undefined): boolean {
  const [detailed, setDetailed] = useState(() => {
    const motion = useMotion.getState();
    return !isFar(motion) && (!motion.moving || height === undefined);
  });
  useLayoutEffect(() => {
    const node = { detailed, draw: setDetailed };
    mounted.add(node);
    if (detailed === isFar(useMotion.getState())) schedule();
    return () => {
      mounted.delete(node);
    };
  }, [detailed]);
  return detailed;
}

function schedule(): void {
  frame ||= requestAnimationFrame(drawSome);
}

function drawSome(): void {
  frame = 0;
  if (useMotion.getState().moving) return;
  const far = isFar(useMotion.getState());
  const end = performance.now() + FRAME_BUDGET_MS;
  for (const node of mounted) {
    if (node.detailed !== far) continue;
    if (performance.now() > end) {
      schedule();
      return;
    }
    flushSync(() => node.draw(!far));
  }
}
