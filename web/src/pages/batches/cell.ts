/** Values of a batch as short texts. */

/** How an input value stands in a table: a file by its address or id. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "object") {
    const { url, assetId } = value as { url?: unknown; assetId?: unknown };
    if (typeof url === "string") return url;
    if (typeof assetId === "string") return "file";
  }
  return JSON.stringify(value);
}

/** The asset that an input value names, if it does. */
export function assetOf(value: unknown): string | null {
  const id = (value as { assetId?: unknown } | null)?.assetId;
  return typeof id === "string" ? id : null;
}
