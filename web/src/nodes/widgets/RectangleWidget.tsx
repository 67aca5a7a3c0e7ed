/** A rectangle drawn on the image itself; the numbers beside it are the same params. */

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { thumbnailUrl } from "../../api/assets";
import { type GraphEdge, type GraphNode, withData } from "../../graph/document";
import { type FieldGroup, valueOf } from "../../graph/node-types/form";
import {
  dragRectangle,
  type DragHandle,
  type Rectangle,
  rectangleBetween,
  clampRectangle,
} from "../../graph/node-types/rectangle";
import { commit } from "../../stores/document";
import { useInputMedia } from "../media";

const HANDLES: DragHandle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const WIDTH = 300;

interface RectangleProps {
  node: GraphNode;
  group: FieldGroup;
  incoming: readonly GraphEdge[];
}

export function RectangleWidget({ node, group, incoming }: RectangleProps) {
  const media = useInputMedia(incoming, group.mediaInput);
  const fixed = group.fields.some(({ name }) =>
    incoming.some((edge) => edge.targetHandle === name),
  );
  const rectangle = readRectangle(node, group);
  const set = (next: Rectangle) => setRectangle(node, group, next);
  return (
    <div className="rectangle nodrag">
      <Area rectangle={rectangle} fixed={fixed} set={set}>
        {media?.kind === "image" ? (
          <img
            src={media.hasThumbnails ? thumbnailUrl(media.url, WIDTH) : media.url}
            alt="What it is cut from"
            draggable={false}
          />
        ) : (
          <span className="rectangle__empty">Connect a picture to draw on it.</span>
        )}
      </Area>
    </div>
  );
}

function readRectangle(node: GraphNode, group: FieldGroup): Rectangle {
  const [x = 0, y = 0, width = 100, height = 100] = group.fields.map((field) =>
    Number(valueOf(field, node.data)),
  );
  return { x, y, width, height };
}

function setRectangle(node: GraphNode, group: FieldGroup, { x, y, width, height }: Rectangle) {
  const numbers = [x, y, width, height];
  const values = Object.fromEntries(group.fields.map(({ name }, index) => [name, numbers[index]]));
  commit((graph) => withData(graph, node.id, values), `rectangle of ${node.id}`);
}

interface AreaProps {
  rectangle: Rectangle;
  fixed: boolean;
  set: (next: Rectangle) => void;
  children: React.ReactNode;
}

interface Drag {
  handle: DragHandle | "draw";
  start: Rectangle;
  x: number;
  y: number;
}

function Area({ rectangle, fixed, set, children }: AreaProps) {
  const area = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);
  const percent = (event: PointerEvent) => {
    const box = area.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return {
      x: ((event.clientX - box.left) / box.width) * 100,
      y: ((event.clientY - box.top) / box.height) * 100,
    };
  };
  const begin = (event: PointerEvent) => {
    if (fixed || event.button !== 0) return;
    const hold = (event.target as HTMLElement).dataset["hold"] as DragHandle | undefined;
    // Where all of the image is chosen there is nothing to move: a new rectangle is drawn.
    const draws = !hold || (hold === "move" && isWhole(rectangle));
    drag.current = { handle: draws ? "draw" : hold, start: rectangle, ...percent(event) };
    area.current?.setPointerCapture(event.pointerId);
    event.stopPropagation();
  };
  const move = (event: PointerEvent) => {
    const { current } = drag;
    if (!current) return;
    const { x, y } = percent(event);
    if (current.handle === "draw") set(rectangleBetween(current.x, current.y, x, y));
    else set(dragRectangle(current.start, current.handle, x - current.x, y - current.y));
  };
  const end = () => {
    drag.current = null;
  };
  const { x, y, width, height } = rectangle;
  const whole = isWhole(rectangle);
  const style = { left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` };
  return (
    <div
      ref={area}
      className={fixed ? "rectangle__area rectangle__area--fixed" : "rectangle__area"}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <div className="rectangle__image">
        {children}
        <div className="rectangle__overlay" style={style} />
      </div>
      <div
        className={whole ? "rectangle__chosen rectangle__chosen--whole" : "rectangle__chosen"}
        style={style}
        data-hold="move"
        role="group"
        tabIndex={fixed ? -1 : 0}
        aria-label={`Rectangle: left ${x}, top ${y}, width ${width}, height ${height} percent. Arrow keys move it, with Alt they resize it.`}
        onKeyDown={(event) => {
          const next = fixed ? null : moveByKey(rectangle, event);
          if (!next) return;
          event.preventDefault();
          event.stopPropagation();
          set(next);
        }}
      >
        {HANDLES.map((hold) => (
          <span
            key={hold}
            className={`rectangle__handle rectangle__handle--${hold}`}
            data-hold={hold}
          />
        ))}
      </div>
    </div>
  );
}

function isWhole({ width, height }: Rectangle): boolean {
  return width === 100 && height === 100;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** One percent a key, ten with Shift. */
function moveByKey(rectangle: Rectangle, event: KeyboardEvent): Rectangle | null {
  const [dx, dy] = ARROWS[event.key] ?? [0, 0];
  if (!dx && !dy) return null;
  const step = event.shiftKey ? 10 : 1;
  if (event.altKey) return dragRectangle(rectangle, "se", dx * step, dy * step);
  return clampRectangle({ ...rectangle, x: rectangle.x + dx * step, y: rectangle.y + dy * step });
}
