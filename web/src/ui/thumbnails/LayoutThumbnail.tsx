/** A small drawing of a graph as lists have it: boxes and lines whose longer side is 1. */

import { memo } from "react";
import type { Layout } from "../../generated/api";
import { useCatalogue } from "../../stores/server";

/** Units of the drawing for each unit of the layout. */
const SCALE = 1000;
const MARGIN = 40;
/** A drawing of few nodes is not to fill the whole place: there is room for this many beside. */
const COLUMNS = 5;
const ROWS = 4;

export const LayoutThumbnail = memo(function LayoutDrawing({ layout }: { layout: Layout }) {
  const { byId, kinds } = useCatalogue();
  if (layout.boxes.length === 0) return <span className="layout-thumbnail__empty">Empty</span>;
  const color = (type: string) => {
    const output = byId.get(type)?.output;
    return (output && kinds.get(output)?.color) ?? "var(--line-strong)";
  };
  return (
    <svg className="layout-thumbnail" viewBox={viewBox(layout)} aria-hidden="true">
      {layout.lines.map(([from, to], index) => {
        const [a, b] = [layout.boxes[from], layout.boxes[to]];
        return a && b && <path key={index} className="layout-thumbnail__line" d={curve(a, b)} />;
      })}
      {layout.boxes.map((box, index) => (
        <rect
          key={index}
          className="layout-thumbnail__box"
          x={box.x * SCALE}
          y={box.y * SCALE}
          width={box.w * SCALE}
          height={box.h * SCALE}
          rx={Math.min(20, (box.h * SCALE) / 4)}
          fill={color(box.type)}
        />
      ))}
    </svg>
  );
});

function viewBox({ width, height, boxes }: Layout): string {
  const [wide, high] = [width * SCALE, height * SCALE];
  const room = Math.max(...boxes.map((box) => box.w)) * COLUMNS * SCALE;
  const above = Math.max(...boxes.map((box) => box.h)) * ROWS * SCALE;
  const [x, y] = [Math.max(0, room - wide), Math.max(0, above - high)];
  return [-MARGIN - x / 2, -MARGIN - y / 2, wide + x + 2 * MARGIN, high + y + 2 * MARGIN].join(" ");
}

type Box = Layout["boxes"][number];

function curve(from: Box, to: Box): string {
  const [x, y] = [(from.x + from.w) * SCALE, (from.y + from.h / 2) * SCALE];
  const [x2, y2] = [to.x * SCALE, (to.y + to.h / 2) * SCALE];
  const bend = Math.max(20, Math.abs(x2 - x) / 2);
  return `M${x},${y} C${x + bend},${y} ${x2 - bend},${y2} ${x2},${y2}`;
}
