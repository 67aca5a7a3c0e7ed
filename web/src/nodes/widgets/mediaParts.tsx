/** How an image or video of a form is shown: not there yet, on its way, chosen. */

import { ImageUp, LoaderCircle, RotateCcw, Trash2, Upload as UploadIcon } from "lucide-react";
import { type DragEvent, useState } from "react";
import { thumbnailUrl } from "../../api/assets";
import type { Upload } from "../../stores/session";
import { Button, IconButton } from "../../ui/Button";
import type { Media } from "../media";

const WIDTH = 300;

/** Calls `onFile` with a file that is dropped; `dragging`: one is over it. */
export function useDroppedFile(onFile: (file: File | undefined) => void) {
  const [dragging, setDragging] = useState(false);
  const dropHandlers = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      setDragging(true);
    },
    onDragLeave: () => setDragging(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setDragging(false);
      onFile(event.dataTransfer.files[0]);
    },
  };
  return { dragging, dropHandlers };
}

/** "JPEG, PNG or WebP" */
export function namesOf(accept: readonly string[]): string {
  const names = accept.map((type) =>
    (type.split("/")[1] ?? type).replace("x-", "").replace("quicktime", "mov").toUpperCase(),
  );
  return names.length > 1
    ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`
    : (names[0] ?? "");
}

interface EmptyProps {
  accept: readonly string[];
  /** Id of what says what it is for. */
  describedBy?: string;
  onPick: () => void;
}

export function EmptyMedia({ accept, describedBy, onPick }: EmptyProps) {
  return (
    <button
      type="button"
      className="media__empty nodrag"
      aria-describedby={describedBy}
      onClick={onPick}
    >
      <UploadIcon aria-hidden />
      <strong>Choose a file</strong>
      <span>or drop or paste one: {namesOf(accept)}</span>
    </button>
  );
}

export function UploadProgress({
  upload,
  onAgain,
  onDrop,
}: {
  upload: Upload;
  onAgain: () => void;
  onDrop: () => void;
}) {
  const failed = upload.state === "error";
  return (
    <div className="media__image" aria-busy={!failed}>
      {upload.mediaType.startsWith("video/") ? (
        <video src={upload.preview} muted playsInline preload="metadata" />
      ) : (
        <img src={upload.preview} alt="" />
      )}
      <div className="media__overlay" role="status">
        {failed ? (
          <>
            <p>{upload.error}</p>
            <span className="media__buttons">
              <Button small onClick={onAgain}>
                <RotateCcw aria-hidden /> Another file
              </Button>
              <Button small onClick={onDrop}>
                Close
              </Button>
            </span>
          </>
        ) : (
          <>
            <LoaderCircle aria-hidden className="spin" /> Uploading …
          </>
        )}
      </div>
    </div>
  );
}

interface ChosenProps {
  media: Media;
  title: string;
  onReplace: () => void;
  onRemove: () => void;
}

export function SelectedMedia({ media, title, onReplace, onRemove }: ChosenProps) {
  return (
    <div className="media__image">
      {media.kind === "video" ? (
        <video className="nodrag" src={media.url} controls playsInline preload="metadata" />
      ) : (
        <img src={thumbnailUrl(media.url, WIDTH)} alt={title} draggable={false} />
      )}
      <span className="media__tools nodrag">
        <IconButton small variant="plain" label="Another file" onClick={onReplace}>
          <ImageUp aria-hidden />
        </IconButton>
        <IconButton small variant="plain" label="Remove" onClick={onRemove}>
          <Trash2 aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}

interface AddressProps {
  title: string;
  url: string;
  set: (url: string) => void;
}

/** The address of a file on the web, for those who have no file. */
export function MediaAddress({ title, url, set }: AddressProps) {
  return (
    <input
      className="field nodrag"
      type="url"
      aria-label={`Address of the ${title.toLowerCase()}`}
      placeholder="or an address: https://…"
      value={url}
      onChange={(event) => set(event.target.value)}
    />
  );
}
