/** What is typed in the form of a schedule, and the timing that it means. */

import type { ScheduleRead } from "../../generated/api";

export type Timing = ScheduleRead["timing"];

export type Frequency =
  "hourly" | "daily" | "weekdays" | "weekly" | "monthly" | "cron" | "interval" | "once";

export const FREQUENCIES: Record<Frequency, string> = {
  hourly: "Every hour",
  daily: "Every day",
  weekdays: "Every weekday, Monday to Friday",
  weekly: "Every week",
  monthly: "Every month",
  interval: "Every so many minutes",
  once: "Once",
  cron: "By a cron expression",
};

export interface ScheduleFormState {
  name: string;
  frequency: Frequency;
  /** `09:00` */
  time: string;
  /** 0 is Sunday. */
  day: number;
  date: number;
  minutes: number;
  cron: string;
  timeZone: string;
  /** As the browser's field for moments has it, without a zone. */
  at: string;
  overlap: ScheduleRead["overlap"];
  catchUp: ScheduleRead["catchUp"];
}

export function newFormState(now = new Date()): ScheduleFormState {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  return {
    name: "",
    frequency: "daily",
    time: "09:00",
    day: 1,
    date: 1,
    minutes: 60,
    cron: "0 9 * * 1-5",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    at: localDateTime(tomorrow),
    overlap: "skip",
    catchUp: "once",
  };
}

/** The draft that a schedule came from, or might have. */
export function formStateOf({ name, timing, overlap, catchUp }: ScheduleRead): ScheduleFormState {
  const draft = { ...newFormState(), name, overlap, catchUp };
  if (timing.kind === "interval") {
    return { ...draft, frequency: "interval", minutes: timing.everySeconds / 60 };
  }
  if (timing.kind === "once") return { ...draft, frequency: "once", at: localDateTime(timing.at) };
  const { cron, timeZone = "UTC" } = timing;
  return { ...draft, frequency: "cron", cron, timeZone, ...presetOf(cron) };
}

const CRON_PRESET = /^(\d{1,2}) (\d{1,2}|\*) (\d{1,2}|\*) \* ([0-6]|1-5|\*)$/;

function presetOf(cron: string): Partial<ScheduleFormState> {
  const [, minute = "", hour = "", date = "", day = ""] = CRON_PRESET.exec(cron) ?? [];
  if (cron === "0 * * * *") return { frequency: "hourly" };
  if (!hour || hour === "*") return {};
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (date !== "*") return day === "*" ? { frequency: "monthly", time, date: Number(date) } : {};
  if (day === "*") return { frequency: "daily", time };
  if (day === "1-5") return { frequency: "weekdays", time };
  return { frequency: "weekly", time, day: Number(day) };
}

export function timingOf(draft: ScheduleFormState): Timing {
  const { frequency, timeZone } = draft;
  if (frequency === "interval") {
    return { kind: "interval", everySeconds: Math.round(draft.minutes * 60) };
  }
  if (frequency === "once") {
    const at = new Date(draft.at);
    return { kind: "once", at: Number.isNaN(at.getTime()) ? "" : at.toISOString() };
  }
  return { kind: "cron", cron: cronOf(draft), timeZone };
}

function cronOf({ frequency, time, day, date, cron }: ScheduleFormState): string {
  const [hour, minute] = time.split(":").map(Number);
  const at = `${minute ?? 0} ${hour ?? 0}`;
  if (frequency === "hourly") return "0 * * * *";
  if (frequency === "daily") return `${at} * * *`;
  if (frequency === "weekdays") return `${at} * * 1-5`;
  if (frequency === "weekly") return `${at} * * ${day}`;
  if (frequency === "monthly") return `${at} ${date} * *`;
  return cron.trim();
}

function localDateTime(time: string | Date): string {
  const date = new Date(time);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
