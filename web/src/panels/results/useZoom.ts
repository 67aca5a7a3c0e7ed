/** Zooming and panning of one image, by wheel, drag and buttons. */

import { useCallback, useEffect, useRef, useState } from "react";
import type { Point } from "../../graph/document";
import type { Size } from "../../graph/layout/freePosition";
import { fitted, moved, type Placement, zoomed } from "./zoom";

const MIDDLE = { x: 0, y: 0 };
const WHEEL_SPEED = 0.0022;

export interface Zoom {
  stage: (element: HTMLElement | null) => void;
  placement: Placement;
  /** Whether the whole image is shown. */
  whole: boolean;
  zoomBy: (factor: number) => void;
  setScale: (scale: number) => void;
  panBy: (by: Point) => void;
  showWhole: () => void;
}

/** `image`: its size in its own pixels; `id`: which one it is, as another one is shown whole at first. */
export function useZoom({ width, height }: Size, id: string): Zoom {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [stage, setStage] = useState<Size>({ width: 0, height: 0 });
  /** Null: the whole image, whatever the size of the stage. */
  const [choice, setChoice] = useState<{ id: string; placement: Placement } | null>(null);
  const chosen = choice?.id === id ? choice.placement : null;
  const setChosen = useCallback(
    (next: Placement | null) => setChoice(next && { id, placement: next }),
    [id],
  );
  const image = { width, height };
  const placement = chosen ?? fitted(image, stage);
  const change = useRef<(factor: number, about: Point) => void>(() => undefined);
  useEffect(() => {
    change.current = (factor, about) =>
      setChosen(zoomed(placement, factor, about, { width, height }, stage));
  });
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setStage({ width: element.clientWidth, height: element.clientHeight });
    });
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const x = event.clientX - box.left - box.width / 2;
      const y = event.clientY - box.top - box.height / 2;
      change.current(Math.exp(-event.deltaY * WHEEL_SPEED), { x, y });
    };
    observer.observe(element);
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, [element]);
  return {
    stage: setElement,
    placement,
    whole: chosen === null,
    zoomBy: useCallback((factor: number) => change.current(factor, MIDDLE), []),
    setScale: (scale) =>
      setChosen(zoomed(placement, scale / placement.scale, MIDDLE, image, stage)),
    panBy: (by) => setChosen(moved(placement, by, image, stage)),
    showWhole: () => setChosen(null),
  };
}
