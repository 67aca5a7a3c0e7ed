/** A moment in a video, as people write it; the server reads it by `tasks/media/timestamp.py`. */

import type { Json } from "../document";

const CLOCK = /^(?:(\d{1,4}):)?(\d{1,4}):([0-5]?\d(?:\.\d{1,9})?)$/;
const PERCENT = /^(\d{1,3}(?:\.\d{1,9})?)\s*%$/;
const SECONDS = /^(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})$/;

/** Seconds from the start of a video of `duration` seconds; null: it cannot be read. */
export function parseTimestamp(written: Json, duration: number): number | null {
  if (typeof written === "number") return written >= 0 ? written : null;
  if (typeof written !== "string") return null;
  const text = written.trim();
  const percent = PERCENT.exec(text);
  if (percent) return Number(percent[1]) <= 100 ? (Number(percent[1]) / 100) * duration : null;
  const clock = CLOCK.exec(text);
  if (clock) return Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  return SECONDS.test(text) ? Number(text) : null;
}

/** "1:02.5" */
export function formatTimestamp(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(1).padStart(4, "0");
  return `${minutes}:${rest}`;
}
