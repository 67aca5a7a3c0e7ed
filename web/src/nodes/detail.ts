/**
 * Which nodes are drawn with their forms. From far away none is, as nobody could read them. While
 * the canvas moves, none is drawn anew: forms that come into view appear once it rests, a few in
 * each frame, so that no frame has to draw many of them.
 */

import { useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";
import { create } from "zustand";
import { useSession } from "../stores/session";

/** From how far away the canvas is seen; how nodes, ports and edges are drawn depends on it. */
export type Distance = "near" | "middle" | "far" | "farthest";

/** Below this zoom ports are drawn larger, so that they can be told apart. */
const MIDDLE_ZOOM = 0.6;
/** Below this zoom nobody can read a form: nodes are drawn as names and images. */
const FAR_ZOOM = 0.28;
/** Below this zoom nobody can read a name: nodes are drawn as areas and images. */
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
  /** From where it was seen when it last rested; null: before it was drawn. */
  distance: Distance | null;
  moving: boolean;
}

const useMotion = create<CanvasMotion>(() => ({ distance: null, moving: false }));
const mounted = new Set<MountedNode>();
let frame = 0;

export function useDistance(): Distance {
  return useMotion(currentDistance);
}

/** Whether everything is drawn as from far away. */
export function useFar(): boolean {
  return useMotion(isFar);
}

function currentDistance({ distance }: CanvasMotion): Distance {
  return distance ?? distanceAt(useSession.getState().viewport.zoom);
}

function distanceAt(zoom: number): Distance {
  if (zoom < FARTHEST_ZOOM) return "farthest";
  if (zoom < FAR_ZOOM) return "far";
  return zoom < MIDDLE_ZOOM ? "middle" : "near";
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
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    useMotion.setState({ distance: distanceAt(known[2]), moving: false });
    schedule();
  };
  const stop = store.subscribe(() => {
    const { transform } = store.getState();
    if (transform === known || transform.every((value, index) => value === known[index])) return;
    known = transform;
    useMotion.setState({ moving: true });
    clearTimeout(timer);
    timer = setTimeout(rest, REST_MS);
  });
  rest();
  return () => {
    stop();
    clearTimeout(timer);
    useMotion.setState({ distance: null, moving: false });
  };
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
