/** An image or video: clicked, dropped or pasted, or the address of one. */

import { useRef } from "react";
import { uploadIntoNode } from "../../editing/actions";
import type { Json } from "../../graph/document";
import { notify, setUpload, type Upload, useSession } from "../../stores/session";
import { type Media, mediaOf } from "../media";
import {
  SelectedMedia,
  EmptyMedia,
  MediaAddress,
  namesOf,
  UploadProgress,
  useDroppedFile,
} from "./mediaParts";
import type { WidgetProps } from "./widgetProps";

export function MediaWidget(props: WidgetProps) {
  const { id, node, field, value, disabled, set } = props;
  const upload = useSession((state) => state.uploads.get(node.id));
  const input = useRef<HTMLInputElement>(null);
  const media = mediaOf(value, field.accept);
  const uploadFile = (file: File | undefined) => {
    if (!file) return;
    if (field.accept.includes(file.type)) void uploadIntoNode(node.id, field.name, file);
    else notify(`“${file.name}” cannot be used here: ${namesOf(field.accept)} can.`, "error");
  };
  const { dragging, dropHandlers } = useDroppedFile(uploadFile);
  if (disabled) return null;
  const openPicker = () => input.current?.click();
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
        <UploadProgress
          upload={upload}
          onAgain={openPicker}
          onDrop={() => setUpload(node.id, null)}
        />
      ) : media ? (
        <SelectedMedia
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

/** The address of a file on the web, for those who have no file. */
function Address({ value, set, title }: { value: Json; set: WidgetProps["set"]; title: string }) {
  const source = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const url = typeof source["url"] === "string" ? source["url"] : "";
  const path = typeof source["path"] === "string" ? source["path"] : null;
  return (
    <>
      {path && <p className="row__hint">“{path}” is on its author’s computer; choose it here.</p>}
      <MediaAddress
        title={title}
        url={url}
        set={(typed) => set(typed ? { kind: "url", url: typed } : undefined)}
      />
    </>
  );
}
