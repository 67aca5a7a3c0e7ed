/** Times and sizes as people read them. */

export function formatDuration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return "";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago", or the date if it is longer ago than a week. */
export function formatRelativeTime(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  if (seconds < -7 * 86_400)
    return new Date(time).toLocaleDateString("en", { dateStyle: "medium" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

export function formatBytes(count: number): string {
  if (count < 1_000_000) return `${Math.max(1, Math.round(count / 1000))} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

const EXTENSIONS: Record<string, string> = {
  jpeg: "jpg",
  plain: "txt",
  quicktime: "mov",
  "x-matroska": "mkv",
};

/** A name for a downloaded result: what the node is called, as a file name. */
export function fileName(label: string, mediaType: string): string {
  const stem = label.replaceAll(/[^\p{L}\p{N}._-]+/gu, " ").trim() || "result";
  const kind = mediaType.split("/")[1] ?? "bin";
  return `${stem.slice(0, 80)}.${EXTENSIONS[kind] ?? kind}`;
}
