/** The nodes of a run as bars on a line of time. The list below says the same in words. */

import { useMemo } from "react";
import type { NodeRun } from "../../stores/runs";
import { formatDuration } from "../../ui/format";
import { type Bar, timelineOf } from "./timeline";

const LANE_HEIGHT = 18;
const MAX_LANES = 12;

interface TimelineProps {
  nodes: readonly [string, NodeRun][];
  nameOf: (nodeId: string) => string;
  now: number;
  choose: (nodeId: string) => void;
}

export function TimelineView({ nodes, nameOf, now, choose }: TimelineProps) {
  const { bars, lanes, totalMs } = useMemo(() => timelineOf(nodes, now), [nodes, now]);
  if (bars.length === 0) return null;
  const height = Math.min(lanes, MAX_LANES) * LANE_HEIGHT;
  return (
    <section className="timeline" aria-label="Timeline">
      <div
        className="timeline__bars"
        role="img"
        aria-label={`${bars.length} nodes in ${formatDuration(totalMs)}, at most ${lanes} at the same time`}
        style={{ height }}
      >
        {bars.map((bar) => (
          <BarView key={bar.nodeId} bar={bar} name={nameOf(bar.nodeId)} choose={choose} />
        ))}
      </div>
      <p className="timeline__scale" aria-hidden="true">
        <span>0</span>
        <span>{formatDuration(totalMs / 2)}</span>
        <span>{formatDuration(totalMs)}</span>
      </p>
    </section>
  );
}

interface BarProps extends Pick<TimelineProps, "choose"> {
  bar: Bar;
  name: string;
}

function BarView({ bar, name, choose }: BarProps) {
  const { node, nodeId, lane, start, length } = bar;
  return (
    <div
      className={`bar bar--${node.status}`}
      title={`${name}: ${formatDuration(node.durationMs)}`}
      style={{
        insetInlineStart: `${start * 100}%`,
        insetBlockStart: lane * LANE_HEIGHT,
        width: `${length * 100}%`,
      }}
      onClick={() => choose(nodeId)}
    >
      <span>{name}</span>
    </div>
  );
}
