/**
 * How an edge is drawn: as one curve, or around the nodes that would lie on it. Edges that lead
 * back to the left, and those without a way around, are drawn as one curve in any case.
 */

import type { Point } from "../document";
import type { Box } from "../groups";

/** A cubic curve: where it begins, its two control points, where it ends. */
type Curve = readonly [Point, Point, Point, Point];

/** How far an edge stays away from a node that it goes around. */
const GAP = 18;
/** How near an edge may come to a node before it counts as on it. */
const MARGIN = 4;
/** How much room there is beside the ends of an edge at least. */
const STUB = 12;
const SAMPLES = 20;
/** How often what is in the way of a detour is gone around as well. */
const ROUNDS = 4;
/** Of a curve that leads back to the left; as React Flow draws it. */
const BACKWARD_CURVATURE = 6.25;

/** The path of an edge, for SVG; `boxes`: the nodes, without those at its ends. */
export function edgePath(from: Point, to: Point, boxes: readonly Box[]): string {
  return formatPath(route(from, to, boxes));
}

/** The curves of an edge, one after another. */
export function route(from: Point, to: Point, boxes: readonly Box[]): Curve[] {
  const direct = [curve(from, to)];
  if (to.x - from.x < 2 * STUB) return direct;
  const near = boxes.filter((box) => box.x < to.x && box.x + box.width > from.x);
  const inTheWay = new Set(hits(direct, near));
  for (let round = 0; inTheWay.size > 0 && round < ROUNDS; round += 1) {
    const detours = detoursAround([...inTheWay], from, to);
    for (const detour of detours) {
      const hit = hits(detour, near);
      if (hit.length === 0) return detour;
      for (const box of hit) inTheWay.add(box);
    }
  }
  return direct;
}

/** The ways above and below some nodes, the shorter one first. */
function detoursAround(boxes: readonly Box[], from: Point, to: Point): Curve[][] {
  const left = Math.max(from.x + STUB, Math.min(...boxes.map((box) => box.x)) - GAP);
  const right = Math.min(to.x - STUB, Math.max(...boxes.map((box) => box.x + box.width)) + GAP);
  const above = Math.min(...boxes.map((box) => box.y)) - GAP;
  const below = Math.max(...boxes.map((box) => box.y + box.height)) + GAP;
  const length = (y: number) => Math.abs(y - from.y) + Math.abs(y - to.y);
  return [above, below]
    .sort((a, b) => length(a) - length(b))
    .map((y) => {
      const [entry, exit] = [
        { x: left, y },
        { x: right, y },
      ];
      return [curve(from, entry), curve(entry, exit), curve(exit, to)];
    });
}

/** The curve between two points that leaves to the right and enters from the left. */
function curve(from: Point, to: Point): Curve {
  const distance = to.x - from.x;
  const bend = distance >= 0 ? distance / 2 : BACKWARD_CURVATURE * Math.sqrt(-distance);
  return [from, { x: from.x + bend, y: from.y }, { x: to.x - bend, y: to.y }, to];
}

function hits(curves: readonly Curve[], boxes: readonly Box[]): Box[] {
  const points = curves.flatMap((each) => pointsOf(each));
  return boxes.filter((box) => points.some((point) => isOn(point, box)));
}

function pointsOf([a, b, c, d]: Curve): Point[] {
  return Array.from({ length: SAMPLES + 1 }, (_, index) => {
    const t = index / SAMPLES;
    const rest = 1 - t;
    const [fa, fb, fc, fd] = [rest ** 3, 3 * rest ** 2 * t, 3 * rest * t ** 2, t ** 3];
    return {
      x: fa * a.x + fb * b.x + fc * c.x + fd * d.x,
      y: fa * a.y + fb * b.y + fc * c.y + fd * d.y,
    };
  });
}

function isOn({ x, y }: Point, box: Box): boolean {
  return (
    x > box.x - MARGIN &&
    x < box.x + box.width + MARGIN &&
    y > box.y - MARGIN &&
    y < box.y + box.height + MARGIN
  );
}

function formatPath(curves: readonly Curve[]): string {
  const at = ({ x, y }: Point) => `${x},${y}`;
  const start = curves[0] ? `M${at(curves[0][0])}` : "";
  return start + curves.map(([, b, c, d]) => ` C${at(b)} ${at(c)} ${at(d)}`).join("");
}
