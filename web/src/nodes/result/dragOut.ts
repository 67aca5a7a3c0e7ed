/** Results leave the page with the pointer: as files to the desktop, as nodes to the canvas. */

import type { DragEvent } from "react";
import type { NewMedia, NewText } from "../../editing/actions";
import type { Value } from "../../generated/api";
import { fileName } from "../../ui/format";

/** Media type under which a result is dragged: JSON of what a node is made of. */
export const RESULT_FORMAT = "application/x-nodeloom-result";

export function dragOutText({ dataTransfer }: DragEvent, result: NewText): void {
  dataTransfer.effectAllowed = "copy";
  dataTransfer.setData(RESULT_FORMAT, JSON.stringify(result));
  dataTransfer.setData("text/plain", result.text);
}

/** What is dragged, for whoever takes it: the canvas, the desktop, other pages. */
export function dragOut(
  { dataTransfer }: DragEvent,
  value: Extract<Value, { url: string }>,
  label: string,
): void {
  const { mediaType, assetId } = value;
  const address = new URL(value.url, location.href).href;
  const result: NewMedia = { mediaType, assetId, label };
  dataTransfer.effectAllowed = "copy";
  dataTransfer.setData(RESULT_FORMAT, JSON.stringify(result));
  dataTransfer.setData("DownloadURL", `${mediaType}:${fileName(label, mediaType)}:${address}`);
  dataTransfer.setData("text/uri-list", address);
}
