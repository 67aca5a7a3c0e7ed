/** An image or a video of the form: chosen, dropped, pasted, or the address of one. */

import "../../nodes/widgets/media.css";
import { useEffect, useRef, useState } from "react";
import { errorMessage } from "../../api/client";
import {
  SelectedMedia,
  EmptyMedia,
  MediaAddress,
  namesOf,
  UploadProgress,
  useDroppedFile,
} from "../../nodes/widgets/mediaParts";
import type { Upload } from "../../stores/session";
import { type Typed, UPLOADING } from "./form";
import type { InputProps } from "./inputProps";
import { useFormSource } from "./source";

const EMPTY: Upload["state"] | "idle" = "idle";

export function FileInput({ id, field, value, describedBy, invalid, set }: InputProps) {
  const { accept, title } = field;
  const source = useFormSource();
  const place = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [upload, setUpload] = useState<Upload | null>(null);
  const { assetId, url } = sourceOf(value);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const begun = { preview: URL.createObjectURL(file), mediaType: file.type };
    const fail = (error: string) => {
      set(undefined);
      setUpload({ ...begun, state: "error", error });
    };
    // A file whose type the browser does not know is for the server to judge.
    if (file.type && accept.length > 0 && !accept.includes(file.type)) {
      fail(`“${file.name}” cannot be used here: ${namesOf(accept)} can.`);
      return;
    }
    setUpload({ ...begun, state: "loading", error: null });
    set(UPLOADING);
    try {
      set({ assetId: await source.upload(file) });
      setUpload(null);
      URL.revokeObjectURL(begun.preview);
    } catch (error) {
      fail(errorMessage(error));
    }
  };
  const { dragging, dropHandlers } = useDroppedFile((file) => void take(file));
  usePastedFile(place, (file) => void take(file));
  const openPicker = () => input.current?.click();
  const kind = accept[0]?.startsWith("video/") ? "video" : "image";
  return (
    <div
      ref={place}
      className={dragging ? "media media--over" : "media"}
      data-state={upload?.state ?? (assetId ? "success" : EMPTY)}
      role="group"
      aria-labelledby={`${id}-title`}
      aria-describedby={describedBy}
      {...dropHandlers}
    >
      <input
        ref={input}
        id={id}
        className="visually-hidden"
        type="file"
        tabIndex={-1}
        aria-invalid={invalid}
        accept={accept.join(",")}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {upload ? (
        <UploadProgress upload={upload} onAgain={openPicker} onDrop={() => setUpload(null)} />
      ) : assetId ? (
        <SelectedMedia
          media={{ kind, url: source.uploadUrl(assetId), hasThumbnails: true }}
          title={title}
          onReplace={openPicker}
          onRemove={() => set(undefined)}
        />
      ) : (
        <EmptyMedia accept={accept} describedBy={`${id}-title`} onPick={openPicker} />
      )}
      {!assetId && !upload && (
        <MediaAddress
          title={title}
          url={url}
          set={(typed) => set(typed ? { url: typed } : undefined)}
        />
      )}
    </div>
  );
}

function sourceOf(value: Typed): { assetId: string; url: string } {
  const source: Record<string, unknown> = typeof value === "object" ? value : {};
  const read = (key: string) => (typeof source[key] === "string" ? source[key] : "");
  return { assetId: read("assetId"), url: read("url") };
}

/** A pasted file goes to where the keyboard is, or else to the first place that has none yet. */
function usePastedFile(
  place: React.RefObject<HTMLDivElement | null>,
  onFile: (file: File) => void,
): void {
  const latest = useRef(onFile);
  useEffect(() => {
    latest.current = onFile;
  });
  useEffect(() => {
    const onPaste = ({ clipboardData }: ClipboardEvent) => {
      const target =
        document.activeElement?.closest(".media") ??
        document.querySelector(`.media[data-state="${EMPTY}"]`);
      const file = clipboardData?.files[0];
      if (file && target === place.current) latest.current(file);
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, [place]);
}
