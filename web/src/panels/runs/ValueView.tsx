/** A value that went into a node or came out of it: read, enlarged, copied, downloaded. */

import { Copy, Download, Maximize2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { thumbnailUrl } from "../../api/assets";
import type { Value } from "../../generated/api";
import { valueText } from "../../nodes/result/valueText";
import { dragOut } from "../../nodes/result/dragOut";
import { type LargeValue, showLarge } from "../../stores/view";
import { IconButton } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { download, downloadResult } from "../../ui/download";
import { fileName, formatBytes } from "../../ui/format";

const Markdown = lazy(() => import("../../ui/Markdown"));
const WIDTH = 340;

interface ValueProps<Kind extends Value["kind"] = Value["kind"]> {
  value: Extract<Value, { kind: Kind }>;
  /** What it is called when it is downloaded. */
  name: string;
  /** Where it is among the results on the canvas. */
  large?: LargeValue;
}

export function ValueView({ value, name, ...rest }: ValueProps) {
  if (value.kind === "text" && isShort(value.text)) return <ShortText text={value.text} />;
  if (value.kind === "text") return <TextView value={value} name={name} {...rest} />;
  if (value.kind === "image") return <ImageView value={value} name={name} {...rest} />;
  if (value.kind === "video") return <VideoView value={value} name={name} />;
  if (value.kind === "audio") {
    return (
      <audio className="value-view" src={value.url} aria-label={name} controls preload="metadata" />
    );
  }
  return <ShortText text={valueText(value)} />;
}

const MAX_SHORT_LENGTH = 60;

function isShort(text: string): boolean {
  return text.length <= MAX_SHORT_LENGTH && !/[\n*#`_[\]]/.test(text);
}

/** What fits into a line and has nothing to be formatted. */
function ShortText({ text }: { text: string }) {
  return (
    <div className="value-view value-view--short">
      <output>{text}</output>
      <CopyButton text={text} />
    </div>
  );
}

function TextView({ value, name, large }: ValueProps<"text">) {
  const { text } = value;
  const [plain, setPlain] = useState(false);
  return (
    <div className="value-view">
      <div className="value-view__tools">
        <div className="switch" role="group" aria-label="How the text is shown">
          <button type="button" aria-pressed={!plain} onClick={() => setPlain(false)}>
            Formatted
          </button>
          <button type="button" aria-pressed={plain} onClick={() => setPlain(true)}>
            Plain
          </button>
        </div>
        <span className="value-view__end">
          <LargeButton show={() => showLarge(large ?? { value, name })} />
          <CopyButton text={text} />
          <IconButton small label="Download the text" onClick={() => downloadText(text, name)}>
            <Download aria-hidden />
          </IconButton>
        </span>
      </div>
      <div
        className={plain ? "text text--plain" : "text"}
        tabIndex={0}
        role="group"
        aria-label={`Text of ${name}`}
      >
        {plain ? text : <FormattedText text={text} />}
      </div>
    </div>
  );
}

function FormattedText({ text }: { text: string }) {
  return (
    <Suspense fallback={text}>
      <Markdown text={text} />
    </Suspense>
  );
}

function CopyButton({ text }: { text: string }) {
  return (
    <IconButton small label="Copy" onClick={() => void copyText(text)}>
      <Copy aria-hidden />
    </IconButton>
  );
}

function downloadText(text: string, name: string): void {
  download(fileName(name, "text/plain"), new Blob([text], { type: "text/plain" }));
}

function factsOf({ width, height, bytes: size }: { width: number; height: number; bytes: number }) {
  return `${width} × ${height}, ${formatBytes(size)}`;
}

function ImageView({ value, name, large }: ValueProps<"image">) {
  const facts = factsOf(value);
  const show = () => showLarge(large ?? { value, name });
  return (
    <div className="value-view">
      <button
        type="button"
        className="value-view__image"
        aria-label={`${name}, ${facts}: show it larger`}
        onClick={show}
      >
        <img
          src={thumbnailUrl(value.url, WIDTH)}
          alt=""
          width={value.width}
          height={value.height}
          loading="lazy"
          draggable
          onDragStart={(event) => dragOut(event, value, name)}
        />
      </button>
      <div className="value-view__tools">
        <span className="muted">{facts}</span>
        <span className="value-view__end">
          <LargeButton show={show} />
          <DownloadButton url={value.url} file={fileName(name, value.mediaType)} />
        </span>
      </div>
    </div>
  );
}

function LargeButton({ show }: { show: () => void }) {
  return (
    <IconButton small label="Show it larger" onClick={show}>
      <Maximize2 aria-hidden />
    </IconButton>
  );
}

function VideoView({ value, name }: ValueProps<"video">) {
  return (
    <div className="value-view">
      <video
        className="value-view__video"
        src={value.url}
        aria-label={name}
        controls
        playsInline
        preload="metadata"
      />
      <div className="value-view__tools">
        <span className="muted">
          {factsOf(value)}, {value.durationSeconds.toFixed(1)} s
        </span>
        <span className="value-view__end">
          <DownloadButton url={value.url} file={fileName(name, value.mediaType)} />
        </span>
      </div>
    </div>
  );
}

function DownloadButton({ url, file }: { url: string; file: string }) {
  return (
    <IconButton small label={`Download ${file}`} onClick={() => void downloadResult(url, file)}>
      <Download aria-hidden />
    </IconButton>
  );
}
