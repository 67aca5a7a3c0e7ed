/** An image or video: clicked, dropped or pasted, or the address of one. */

import { ImageUp, LoaderCircle, RotateCcw, Trash2, Upload as UploadIcon } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { thumbnailUrl } from "../../api/assets";
import { uploadIntoNode } from "../../editing/actions";
import type { Json } from "../../graph/document";
import { notify, setUpload, type Upload, useSession } from "../../stores/session";
import { Button, IconButton } from "../../ui/Button";
import { type Media, mediaOf } from "../media";
import type { WidgetProps } from "./widgetProps";

const WIDTH = 300;

export function MediaWidget(props: WidgetProps) {
  const { id, node, field, value, disabled, set } = props;
  const upload = useSession((state) => state.uploads.get(node.id));
  const input = useRef<HTMLInputElement>(null);
  const [dragging, setOver] = useState(false);
  const media = mediaOf(value, field.accept);
  const uploadFile = (file: File | undefined) => {
    if (!file) return;
    if (field.accept.includes(file.type)) void uploadIntoNode(node.id, field.name, file);
    else notify(`“${file.name}” cannot be used here: ${namesOf(field.accept)} can.`, "error");
  };
  if (disabled) return null;
  const openPicker = () => input.current?.click();
  const dropHandlers = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      uploadFile(event.dataTransfer.files[0]);
    },
  };
  return (
    <div
      className={dragging ? "media media--over" : "media"}
      data-state={stateOf(upload, media)}
      {...dropHandlers}
    >
      <input
        ref={input}
        id={id}
        className="visually-hidden nodrag"
        type="file"
        accept={field.accept.join(",")}
        onChange={(event) => {
          uploadFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {upload ? (
        <Uploading upload={upload} onAgain={openPicker} onDrop={() => setUpload(node.id, null)} />
      ) : media ? (
        <ChosenMedia
          media={media}
          title={field.title}
          onReplace={openPicker}
          onRemove={() => set(undefined)}
        />
      ) : (
        <EmptyMedia accept={field.accept} onPick={openPicker} />
      )}
      {!media && !upload && <Address value={value} set={set} title={field.title} />}
    </div>
  );
}

function stateOf(upload: Upload | undefined, media: Media | null): string {
  return upload?.state ?? (media ? "success" : "idle");
}

/** "JPEG, PNG or WebP" */
function namesOf(accept: readonly string[]): string {
  const names = accept.map((type) =>
    (type.split("/")[1] ?? type).replace("x-", "").replace("quicktime", "mov").toUpperCase(),
  );
  return names.length > 1
    ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`
    : (names[0] ?? "");
}

function EmptyMedia({ accept, onPick }: { accept: readonly string[]; onPick: () => void }) {
  return (
    <button type="button" className="media__empty nodrag" onClick={onPick}>
      <UploadIcon aria-hidden />
      <strong>Choose a file</strong>
      <span>or drop or paste one: {namesOf(accept)}</span>
    </button>
  );
}

function Uploading({
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

function ChosenMedia({ media, title, onReplace, onRemove }: ChosenProps) {
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

/** The address of a file on the web, for those who have no file. */
function Address({ value, set, title }: { value: Json; set: WidgetProps["set"]; title: string }) {
  const source = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const url = typeof source["url"] === "string" ? source["url"] : "";
  const path = typeof source["path"] === "string" ? source["path"] : null;
  return (
    <>
      {path && <p className="row__hint">“{path}” is on its author’s computer; choose it here.</p>}
      <input
        className="field nodrag"
        type="url"
        aria-label={`Address of the ${title.toLowerCase()}`}
        placeholder="or an address: https://…"
        value={url}
        onChange={(event) =>
          set(event.target.value ? { kind: "url", url: event.target.value } : undefined)
        }
      />
    </>
  );
}
