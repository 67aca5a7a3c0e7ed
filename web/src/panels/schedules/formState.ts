/** What is typed in the form of a schedule, and the timing that it means. */

import type { ScheduleRead, Timing } from "../../api/schedules";

export type Rhythm =
  "hourly" | "daily" | "weekdays" | "weekly" | "monthly" | "cron" | "interval" | "once";

export const RHYTHMS: Record<Rhythm, string> = {
  hourly: "Every hour",
  daily: "Every day",
  weekdays: "Every weekday, Monday to Friday",
  weekly: "Every week",
  monthly: "Every month",
  interval: "Every so many minutes",
  once: "Once",
  cron: "By a cron expression",
};

export interface Draft {
  name: string;
  rhythm: Rhythm;
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

export function emptyDraft(now = new Date()): Draft {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  return {
    name: "",
    rhythm: "daily",
    time: "09:00",
    day: 1,
    date: 1,
    minutes: 60,
    cron: "0 9 * * 1-5",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    at: localMoment(tomorrow),
    overlap: "skip",
    catchUp: "once",
  };
}

/** The draft that a schedule came from, or might have. */
export function draftOf({ name, timing, overlap, catchUp }: ScheduleRead): Draft {
  const draft = { ...emptyDraft(), name, overlap, catchUp };
  if (timing.kind === "interval") {
    return { ...draft, rhythm: "interval", minutes: timing.everySeconds / 60 };
  }
  if (timing.kind === "once") return { ...draft, rhythm: "once", at: localMoment(timing.at) };
  const { cron, timeZone = "UTC" } = timing;
  return { ...draft, rhythm: "cron", cron, timeZone, ...presetOf(cron) };
}

const NUMBERS = /^(\d{1,2}) (\d{1,2}|\*) (\d{1,2}|\*) \* ([0-6]|1-5|\*)$/;

function presetOf(cron: string): Partial<Draft> {
  const [, minute = "", hour = "", date = "", day = ""] = NUMBERS.exec(cron) ?? [];
  if (cron === "0 * * * *") return { rhythm: "hourly" };
  if (!hour || hour === "*") return {};
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (date !== "*") return day === "*" ? { rhythm: "monthly", time, date: Number(date) } : {};
  if (day === "*") return { rhythm: "daily", time };
  if (day === "1-5") return { rhythm: "weekdays", time };
  return { rhythm: "weekly", time, day: Number(day) };
}

export function timingOf(draft: Draft): Timing {
  const { rhythm, timeZone } = draft;
  if (rhythm === "interval") {
    return { kind: "interval", everySeconds: Math.round(draft.minutes * 60) };
  }
  if (rhythm === "once") {
    const at = new Date(draft.at);
    return { kind: "once", at: Number.isNaN(at.getTime()) ? "" : at.toISOString() };
  }
  return { kind: "cron", cron: cronOf(draft), timeZone };
}

function cronOf({ rhythm, time, day, date, cron }: Draft): string {
  const [hour, minute] = time.split(":").map(Number);
  const at = `${minute ?? 0} ${hour ?? 0}`;
  if (rhythm === "hourly") return "0 * * * *";
  if (rhythm === "daily") return `${at} * * *`;
  if (rhythm === "weekdays") return `${at} * * 1-5`;
  if (rhythm === "weekly") return `${at} * * ${day}`;
  if (rhythm === "monthly") return `${at} ${date} * *`;
  return cron.trim();
}

function localMoment(time: string | Date): string {
  const date = new Date(time);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
