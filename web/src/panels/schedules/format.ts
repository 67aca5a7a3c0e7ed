/** Timings in plain words. */

import type { Overlap, ScheduleRead, TickRead } from "../../generated/api";
import { formatTime } from "../runs/format";
import type { Timing } from "./formState";

export const DAYS = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
] as const;

/** "Every weekday at 09:00, by the clocks of Europe/Berlin" */
export function formatTiming(timing: Timing): string {
  if (timing.kind === "once") return `Once, on ${formatDateTime(timing.at)}`;
  if (timing.kind === "interval") return `Every ${formatInterval(timing.everySeconds)}`;
  const words = formatCron(timing.cron) ?? `By the cron expression “${timing.cron}”`;
  return `${words}, by the clocks of ${timing.timeZone ?? "UTC"}`;
}

/** What a cron expression says, if it is one of the usual ones. */
export function formatCron(cron: string): string | null {
  const [minute, hour, date, month, day, ...rest] = cron.trim().split(/\s+/);
  if (!minute || !hour || !date || month !== "*" || !day || rest.length) return null;
  if (hour === "*") return date === "*" && day === "*" ? formatHourly(minute) : null;
  const days = formatDays(date, day);
  if (!days || !isNumber(minute, 59) || !isNumber(hour, 23)) return null;
  return `${days} at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function formatHourly(minute: string): string | null {
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (step) return `Every ${step} minutes`;
  if (!isNumber(minute, 59)) return null;
  return minute === "0" ? "Every hour, on the hour" : `Every hour, ${minute} minutes past`;
}

function formatDays(date: string, day: string): string | null {
  if (date === "*" && day === "*") return "Every day";
  if (date === "*" && day === "1-5") return "Every weekday";
  if (date === "*" && isNumber(day, 7)) return `Every ${DAYS[Number(day) % 7]}`;
  if (day === "*" && isNumber(date, 31)) return `On day ${date} of every month`;
  return null;
}

function isNumber(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}

const LENGTHS: [number, string][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

function formatInterval(seconds: number): string {
  const [length, word] = LENGTHS.find(([each]) => seconds % each === 0) ?? [1, "second"];
  const count = seconds / length;
  return count === 1 ? word : `${count.toLocaleString("en")} ${word}s`;
}

/** The time zone whose clocks a timing goes by; undefined: this machine's. */
export function timeZoneOf(timing: Timing): string | undefined {
  return timing.kind === "cron" ? (timing.timeZone ?? "UTC") : undefined;
}

/** "Mon, Nov 30, 09:00" */
export function formatDateTime(time: string, timeZone?: string): string {
  return new Date(time).toLocaleString("en", {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone ? { timeZone } : {}),
  });
}

export const OVERLAP_OPTIONS: Record<Overlap, string> = {
  skip: "Leave the new run out",
  queue: "Start it when the earlier one has ended",
  allow: "Start it beside the earlier one",
};

export const CATCH_UP_OPTIONS: Record<ScheduleRead["catchUp"], string> = {
  once: "Run once, as soon as it is back",
  skip: "Leave it out",
};

const OUTCOMES: Record<TickRead["outcome"], string> = {
  run: "ran",
  queued: "waits for the run before it",
  coalesced: "was taken together with a later one",
  skipped_overlap: "left out, because the run before it went on",
  skipped_late: "left out, because Nodeloom was off",
  refused: "could not run",
};

/** "Last: Nov 27, 2026, 09:00:00, ran late" */
export function formatTick(tick: TickRead): string {
  const late = tick.late && tick.outcome === "run" ? " late" : "";
  const why = tick.error ? `: ${tick.error.message}` : "";
  return `Last: ${formatTime(tick.dueAt)}, ${OUTCOMES[tick.outcome]}${late}${why}`;
}
