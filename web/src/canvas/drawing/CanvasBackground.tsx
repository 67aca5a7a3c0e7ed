/**
 * The dots behind the nodes, about as far apart on the screen at every zoom. They are on a `<canvas>`: filling the
 * view with a pattern costs the processor as much as all nodes do, in every frame.
 */

import { useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useRef } from "react";

/** In pixels of the screen at 100 %. */
const GAP = 22;
const SIZE = 1.6;
/** To be seen on light and on dark. */
const COLOR = "rgb(120 130 150 / 30%)";

export function CanvasBackground() {
  const flow = useStoreApi();
  const element = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    let known: readonly unknown[] = [];
    const draw = () => {
      const { transform, width, height } = flow.getState();
      const state = [...transform, width, height, devicePixelRatio];
      if (!element.current || state.every((value, index) => value === known[index])) return;
      known = state;
      drawDots(element.current, transform, width, height);
    };
    draw();
    return flow.subscribe(draw);
  }, [flow]);
  return <canvas ref={element} className="dots" />;
}

function drawDots(
  canvas: HTMLCanvasElement,
  [left, top, zoom]: readonly [number, number, number],
  width: number,
  height: number,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const scale = zoom * ratio * 2 ** Math.max(0, Math.round(-Math.log2(zoom)));
  const [gap, size] = [GAP * scale, SIZE * scale];
  context.clearRect(0, 0, columns, rows);
  context.fillStyle = COLOR;
  const start = (at: number) => ((((at * ratio) % gap) + gap) % gap) - gap;
  for (let x = start(left); x < columns + gap; x += gap) {
    for (let y = start(top); y < rows + gap; y += gap) drawDot(context, x, y, size);
  }
}

/** A square, as long as nobody can tell it from a circle, which takes longer. */
function drawDot(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  if (size < 2) {
    context.fillRect(x - size / 2, y - size / 2, size, size);
    return;
  }
  context.beginPath();
  context.arc(x, y, size / 2, 0, 2 * Math.PI);
  context.fill();
}
