/** One result in the gallery: seen large, dragged out, put on the canvas, traced to its run. */

import { History, Plus, Star } from "lucide-react";
import type { DragEvent } from "react";
import { thumbnailUrl } from "../../api/assets";
import { errorMessage } from "../../api/client";
import { markResult, readRunNode } from "../../api/sdk";
import { addResult, type NewMedia, type NewText } from "../../editing/actions";
import { dragOut, dragOutText } from "../../nodes/result/dragOut";
import { outputAt } from "../../nodes/result/outputs";
import { valueText } from "../../nodes/result/valueText";
import { useDocument, useReadOnly } from "../../stores/document";
import { notify, showPanel } from "../../stores/session";
import { openRunInPanel, showLarge } from "../../stores/view";
import { editor } from "../../sync/editor";
import { IconButton } from "../../ui/Button";
import { formatRelativeTime } from "../../ui/format";
import { notifyError } from "../preview/actions";
import { formatTime } from "../runs/format";
import type { GalleryItem } from "./galleryItems";

const WIDTH = 180;

interface CardProps {
  item: GalleryItem;
  changed: () => Promise<unknown>;
}

export function GalleryCard({ item, changed }: CardProps) {
  const { result, value } = item;
  const { label, finishedAt, favourite } = result;
  const readOnly = useReadOnly();
  const dragged = draggedOf(item);
  return (
    <article className="tile" aria-label={label}>
      <button
        type="button"
        className="tile__value"
        draggable={dragged !== null && !readOnly}
        onDragStart={(event) => drag(event, item)}
        onClick={() => void showWhole(item)}
      >
        <span className="visually-hidden">{label}: show it larger. </span>
        <Preview value={value} />
      </button>
      <footer className="tile__foot">
        <span className="tile__label" title={label}>
          {label}
        </span>
        <time className="muted" dateTime={finishedAt} title={formatTime(finishedAt)}>
          {formatRelativeTime(finishedAt)}
        </time>
        <span className="tile__tools">
          {dragged && (
            <IconButton
              small
              label={`Add ${label} to the canvas`}
              disabled={readOnly}
              onClick={() => void addResult(dragged, editor.view.center().position)}
            >
              <Plus aria-hidden />
            </IconButton>
          )}
          <IconButton
            small
            label={`Open the run of ${label}`}
            onClick={() => openRun(result.runId)}
          >
            <History aria-hidden />
          </IconButton>
        </span>
      </footer>
      <IconButton
        small
        variant="plain"
        className="tile__star"
        label={`Mark ${label} as a favourite`}
        aria-pressed={favourite}
        onClick={() => void mark(item).then(changed, notifyError)}
      >
        <Star aria-hidden />
      </IconButton>
    </article>
  );
}

function Preview({ value }: Pick<GalleryItem, "value">) {
  if (value.kind === "image") {
    return <img src={thumbnailUrl(value.url, WIDTH)} alt="" loading="lazy" draggable={false} />;
  }
  if (value.kind === "video") return <video src={value.url} preload="metadata" muted />;
  if (value.kind === "audio") return <span className="tile__text">Sound</span>;
  return (
    <span className="tile__text">{value.kind === "text" ? value.text : valueText(value)}</span>
  );
}

/** Null: no node type gives a value of this kind by itself. */
function draggedOf({ result, value }: GalleryItem): NewMedia | NewText | null {
  const { label, runId, nodeId, isCut } = result;
  if (value.kind === "text") {
    return { label, text: value.text, whole: isCut ? { runId, nodeId } : null };
  }
  if (value.kind !== "image" && value.kind !== "video") return null;
  return { label, mediaType: value.mediaType, assetId: value.assetId };
}

function drag(event: DragEvent, item: GalleryItem): void {
  const { value, result } = item;
  const dragged = draggedOf(item);
  if ("url" in value) dragOut(event, value, result.label);
  else if (dragged && "text" in dragged) dragOutText(event, dragged);
}

async function showWhole({ result, handle, value }: GalleryItem): Promise<void> {
  const { runId, nodeId, label: name, isCut } = result;
  try {
    const read = isCut && (await readRunNode({ path: { runId, nodeId } }));
    const whole = read && value.kind === "text" ? outputAt(read, handle) : value;
    showLarge({ value: whole ?? value, name });
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}

async function mark({ result: { id, favourite } }: GalleryItem): Promise<void> {
  const { workflowId } = useDocument.getState();
  if (workflowId === null) return;
  await markResult({ path: { workflowId, resultId: id }, body: { favourite: !favourite } });
}

function openRun(runId: string): void {
  showPanel("runs");
  openRunInPanel(runId);
}
