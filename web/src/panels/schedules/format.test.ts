import { expect, test } from "vitest";
import { formatCron, formatTiming } from "./format";

test.each([
  ["0 9 * * *", "Every day at 09:00"],
  ["30 17 * * 1-5", "Every weekday at 17:30"],
  ["5 8 * * 0", "Every Sunday at 08:05"],
  ["5 8 * * 7", "Every Sunday at 08:05"],
  ["0 6 1 * *", "On day 1 of every month at 06:00"],
  ["0 * * * *", "Every hour, on the hour"],
  ["10 * * * *", "Every hour, 10 minutes past"],
  ["*/15 * * * *", "Every 15 minutes"],
])("%s is read as %s", (cron, words) => {
  expect(formatCron(cron)).toBe(words);
});

test.each(["0 9 * 1 *", "0 9 1 * 1", "0 9,17 * * *", "99 9 * * *", "0 9 * *", ""])(
  "“%s” is not read as something that it is not",
  (cron) => {
    expect(formatCron(cron)).toBeNull();
  },
);

test("intervals are told in the largest unit that fits", () => {
  expect(formatTiming({ kind: "interval", everySeconds: 3600 })).toBe("Every hour");
  expect(formatTiming({ kind: "interval", everySeconds: 5400 })).toBe("Every 90 minutes");
});
