/** An image, zoomed and moved; beside what it was made of, divided by a line that can be dragged. */

import { type PointerEvent, useRef, useState } from "react";
import { largeUrl } from "../../api/assets";
import type { Value } from "../../generated/api";
import { dragOut } from "../../nodes/result/dragOut";
import type { Zoom } from "./useZoom";

type Image = Extract<Value, { kind: "image" }>;

interface ImageViewProps {
  image: Image;
  /** What it is compared with; null: nothing. */
  before: Image | null;
  /** What that is called, such as "input". */
  beforeName: string;
  name: string;
  zoom: Zoom;
}

export function ImageView({ image, before, beforeName, name, zoom }: ImageViewProps) {
  const [divider, setDivider] = useState(50);
  const frame = useRef<HTMLDivElement>(null);
  const { placement, whole, panBy, setScale, showWhole, stage } = zoom;
  const { scale, x, y } = placement;
  const { width, height } = frameOf(image, before);
  const divide = (clientX: number) => {
    const box = frame.current?.getBoundingClientRect();
    if (box) setDivider(Math.min(100, Math.max(0, ((clientX - box.left) / box.width) * 100)));
  };
  const drag = useDrag((event) => {
    if (before) divide(event.clientX);
    else panBy({ x: event.movementX, y: event.movementY });
  });
  const movable = before !== null || !whole;
  return (
    <div
      ref={stage}
      className="stage"
      data-movable={movable}
      onDoubleClick={() => (whole ? setScale(1) : showWhole())}
      {...(movable ? drag : {})}
    >
      <div
        ref={frame}
        className="stage__frame"
        style={{
          width: width * scale,
          height: height * scale,
          transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`,
        }}
      >
        {before && (
          <img
            src={largeUrl(before.url, before.mediaType)}
            alt={`The ${beforeName}`}
            draggable={false}
          />
        )}
        <img
          src={largeUrl(image.url, image.mediaType)}
          alt={`${name}, in full size`}
          style={before ? { clipPath: `inset(0 0 0 ${divider}%)` } : {}}
          draggable={!movable}
          onDragStart={(event) => dragOut(event, image, name)}
        />
        {before && <span className="stage__divider" style={{ left: `${divider}%` }} />}
      </div>
      {before && (
        <label className="stage__slider">
          <span>Before</span>
          <input
            type="range"
            min={0}
            max={100}
            value={divider}
            aria-label={`How much of the ${beforeName} is shown`}
            aria-valuetext={`${Math.round(divider)} percent of the ${beforeName}`}
            onChange={(event) => setDivider(Number(event.target.value))}
          />
          <span>After</span>
        </label>
      )}
    </div>
  );
}

/** Both images fit into it: the larger of the two decides. */
export function frameOf(image: Image, before: Image | null) {
  return {
    width: Math.max(image.width, before?.width ?? 0),
    height: Math.max(image.height, before?.height ?? 0),
  };
}

/** Calls while the pointer is moved with its button down. */
function useDrag(onMove: (event: PointerEvent) => void) {
  const dragging = useRef(false);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0 || (event.target as Element).closest(".stage__slider")) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      dragging.current = true;
      onMove(event);
    },
    onPointerMove: (event: PointerEvent) => dragging.current && onMove(event),
    onPointerUp: () => {
      dragging.current = false;
    },
    onPointerCancel: () => {
      dragging.current = false;
    },
  };
}
