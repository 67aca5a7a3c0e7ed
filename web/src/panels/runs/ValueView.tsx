/** A value that went into a node or came out of it: read, enlarged, copied, downloaded. */

import { Copy, Download, Maximize2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { largeUrl, thumbnailUrl } from "../../api/assets";
import type { Value } from "../../generated/api";
import { valueText } from "../../nodes/valueText";
import { notify } from "../../stores/session";
import { buttonClass, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { formatBytes } from "../../ui/format";
import { fileName } from "./format";

const Markdown = lazy(() => import("../../ui/Markdown"));
const WIDTH = 340;

interface ValueProps<Kind extends Value["kind"] = Value["kind"]> {
  value: Extract<Value, { kind: Kind }>;
  /** What it is called when it is downloaded. */
  name: string;
}

export function ValueView({ value, name }: ValueProps) {
  if (value.kind === "text" && isShort(value.text)) return <ShortText text={value.text} />;
  if (value.kind === "text") return <TextView value={value} name={name} />;
  if (value.kind === "image") return <ImageView value={value} name={name} />;
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

function TextView({ value: { text }, name }: ValueProps<"text">) {
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
    <IconButton small label="Copy" onClick={() => void copy(text)}>
      <Copy aria-hidden />
    </IconButton>
  );
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).then(
    () => notify("Copied.", "success"),
    () => notify("This browser does not let pages copy; select the text and copy it by hand."),
  );
}

function downloadText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName(name, "text/plain");
  link.click();
  URL.revokeObjectURL(address);
}

function factsOf({ width, height, bytes: size }: { width: number; height: number; bytes: number }) {
  return `${width} × ${height}, ${formatBytes(size)}`;
}

function ImageView({ value, name }: ValueProps<"image">) {
  const [large, setLarge] = useState(false);
  const facts = factsOf(value);
  return (
    <div className="value-view">
      <button
        type="button"
        className="value-view__image"
        aria-label={`${name}, ${facts}: show it larger`}
        onClick={() => setLarge(true)}
      >
        <img
          src={thumbnailUrl(value.url, WIDTH)}
          alt=""
          width={value.width}
          height={value.height}
          loading="lazy"
        />
      </button>
      <div className="value-view__tools">
        <span className="muted">{facts}</span>
        <span className="value-view__end">
          <IconButton small label="Show it larger" onClick={() => setLarge(true)}>
            <Maximize2 aria-hidden />
          </IconButton>
          <DownloadLink url={value.url} file={fileName(name, value.mediaType)} />
        </span>
      </div>
      <Dialog
        wide
        open={large}
        onClose={() => setLarge(false)}
        title={name}
        description={facts}
        buttons={
          <>
            <a className={buttonClass("plain")} href={value.url} target="_blank" rel="noopener">
              Open in a new tab
            </a>
            <a
              className={buttonClass("primary")}
              href={value.url}
              download={fileName(name, value.mediaType)}
            >
              <Download aria-hidden /> Download
            </a>
          </>
        }
      >
        <img
          className="value-view__large"
          src={largeUrl(value.url, value.mediaType)}
          alt={`${name}, in full size`}
        />
      </Dialog>
    </div>
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
          <DownloadLink url={value.url} file={fileName(name, value.mediaType)} />
        </span>
      </div>
    </div>
  );
}

function DownloadLink({ url, file }: { url: string; file: string }) {
  return (
    <a
      className={buttonClass("quiet", true, true)}
      href={url}
      download={file}
      aria-label={`Download ${file}`}
      title={`Download ${file}`}
    >
      <Download aria-hidden />
    </a>
  );
}
