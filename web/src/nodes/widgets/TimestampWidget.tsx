/** A moment in a video: typed, or found by scrubbing through the video itself. */

import { useEffect, useRef, useState } from "react";
import { formatTimestamp, parseTimestamp } from "../../graph/node-types/timestamp";
import { useDocument } from "../../stores/document";
import { useInputMedia } from "../media";
import { Offered } from "../offered";
import type { WidgetProps } from "./widgetProps";

export function TimestampWidget({ id, node, field, value, disabled, set }: WidgetProps) {
  const incoming = useIncoming(node.id);
  const media = useInputMedia(incoming, field.mediaInput);
  return (
    <>
      {media?.kind === "video" && (
        <Offered small>
          <Scrubber
            url={media.url}
            value={value}
            disabled={disabled}
            label={field.title}
            set={set}
          />
        </Offered>
      )}
      <input
        id={id}
        className="field nodrag"
        disabled={disabled}
        value={typeof value === "string" || typeof value === "number" ? value : ""}
        placeholder={field.placeholder}
        onChange={(event) => set(event.target.value)}
        onBlur={(event) => event.target.value.trim() === "" && set(undefined)}
      />
    </>
  );
}

function useIncoming(nodeId: string) {
  const edges = useDocument((state) => state.graph.edges);
  return edges.filter((edge) => edge.target === nodeId);
}

interface ScrubberProps extends Pick<WidgetProps, "value" | "disabled" | "set"> {
  url: string;
  label: string;
}

function Scrubber({ url, value, disabled, label, set }: ScrubberProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [duration, setDuration] = useState(0);
  const seconds = parseTimestamp(value, duration);
  useEffect(() => {
    if (video.current && seconds !== null && duration > 0) {
      video.current.currentTime = Math.min(seconds, Math.max(0, duration - 0.05));
    }
  }, [seconds, duration]);
  return (
    <div className="scrubber nodrag">
      <video
        ref={video}
        src={url}
        muted
        playsInline
        preload="auto"
        onLoadedMetadata={(event) => setDuration(event.currentTarget.duration)}
      />
      <span className="scrubber__time">
        {seconds === null ? "?" : formatTimestamp(Math.min(seconds, duration))} /{" "}
        {formatTimestamp(duration)}
      </span>
      <input
        type="range"
        aria-label={`${label}, by scrubbing`}
        aria-valuetext={seconds === null ? "unknown" : `${seconds.toFixed(1)} seconds`}
        disabled={disabled || duration === 0}
        min={0}
        max={duration || 1}
        step={0.04}
        value={Math.min(seconds ?? 0, duration || 1)}
        onChange={(event) => set(Number(Number(event.target.value).toFixed(2)))}
      />
    </div>
  );
}
