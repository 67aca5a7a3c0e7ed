/**
 * The whole workflow, small, and what of it is in view; that can be dragged, and the wheel zooms. The nodes
 * are on one `<canvas>`, drawn when they change: as elements, hundreds cost every frame of a pan or a zoom.
 */

import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { CanvasEdge, CanvasElement } from "../../editing/flowElements";
import { type Box, boundingBox } from "../../graph/groups";
import { BACKING, drawNodes, mapPart, type MapNode, placeOn } from "./mapDrawing";

/** How much a pixel of the wheel zooms, in doublings; as on the canvas. */
const WHEEL_ZOOM = 0.002;
const LINE_PX = 25;

interface CanvasMapProps {
  colorOf: (node: CanvasElement) => string;
}

export function CanvasMap({ colorOf }: CanvasMapProps) {
  const element = useRef<HTMLDivElement>(null);
  const part = useDrawing(element, colorOf);
  useWheel(element);
  return (
    <div
      ref={element}
      className="minimap"
      role="img"
      aria-label="Map of the workflow"
      {...usePanning(part)}
    >
      <canvas {...BACKING} />
      <div className="minimap__view" />
    </div>
  );
}

/** Keeps the map drawn; gives the part of the canvas that is on it. */
function useDrawing(
  element: RefObject<HTMLDivElement | null>,
  colorOf: CanvasMapProps["colorOf"],
): RefObject<Box | null> {
  const flow = useStoreApi<CanvasElement, CanvasEdge>();
  const elements = useStore((state) => state.nodes) as CanvasElement[];
  const part = useRef<Box | null>(null);
  useLayoutEffect(() => {
    const nodes = elements.flatMap((each) => mapNode(each, colorOf));
    const bounds = nodes.length > 0 ? [boundingBox(nodes)] : [];
    const [map, frame] = element.current?.children ?? [];
    let known: readonly unknown[] = [];
    let drawn = "";
    const draw = () => {
      const { transform, width, height } = flow.getState();
      const [x, y, zoom] = transform;
      const state = [x, y, zoom, width, height];
      if (state.every((value, index) => value === known[index])) return;
      known = state;
      const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      part.current = mapPart(boundingBox([...bounds, view]));
      const key = JSON.stringify(part.current);
      if (key !== drawn) drawNodes(map as HTMLCanvasElement, part.current, nodes);
      drawn = key;
      placeOn(part.current, view, frame as HTMLElement);
    };
    draw();
    return flow.subscribe(draw);
  }, [element, flow, elements, colorOf]);
  return part;
}

function mapNode(element: CanvasElement, colorOf: CanvasMapProps["colorOf"]): MapNode[] {
  const { width, height } = element.measured ?? {};
  if (element.type !== "step" || !width || !height) return [];
  return [{ ...element.position, width, height, color: colorOf(element) }];
}

/** A drag on the map moves the view with the pointer. */
function usePanning(part: RefObject<Box | null>) {
  const flow = useReactFlow();
  const last = useRef<{ x: number; y: number } | null>(null);
  const end = () => {
    last.current = null;
  };
  return {
    onPointerDown: ({ currentTarget, pointerId, clientX: x, clientY: y }: PointerEvent) => {
      currentTarget.setPointerCapture(pointerId);
      last.current = { x, y };
    },
    onPointerMove: ({ currentTarget, clientX: x, clientY: y }: PointerEvent) => {
      if (!last.current || !part.current) return;
      const { zoom, ...at } = flow.getViewport();
      const scale = (part.current.width / currentTarget.clientWidth) * zoom;
      const by = { x: (x - last.current.x) * scale, y: (y - last.current.y) * scale };
      last.current = { x, y };
      void flow.setViewport({ x: at.x - by.x, y: at.y - by.y, zoom });
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

function useWheel(element: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow();
  useEffect(() => {
    const map = element.current;
    // React's own listener could not keep the page from zooming.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const by = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1);
      void flow.zoomTo(flow.getZoom() * 2 ** (-by * WHEEL_ZOOM));
    };
    map?.addEventListener("wheel", onWheel, { passive: false });
    return () => map?.removeEventListener("wheel", onWheel);
  }, [element, flow]);
}
