/** What a call gave, by name, as its schema describes it: read, copied, downloaded. */

import { Copy, Download } from "lucide-react";
import { lazy, Suspense } from "react";
import { largeUrl } from "../../api/assets";
import type { FunctionResult, Value } from "../../generated/api";
import type { Schema } from "../../graph/node-types/form";
import { valueText } from "../../nodes/result/valueText";
import { Button } from "../../ui/Button";
import { copyImage, copyText } from "../../ui/copy";
import { download, downloadResult } from "../../ui/download";
import { fileName } from "../../ui/format";

const Markdown = lazy(() => import("../../ui/Markdown"));

interface ResultsProps {
  /** JSON Schema of the results. */
  outputs: Schema;
  /** Null: there is none yet. */
  result: FunctionResult | null;
}

export function Results({ outputs, result }: ResultsProps) {
  const properties = (outputs["properties"] ?? {}) as Record<string, Schema>;
  const given = Object.values(result?.outputs ?? {}).some((value) => value !== null);
  if (!result || (!given && result.status !== "COMPLETED")) return null;
  return Object.entries(properties).map(([name, { title, description }]) => {
    const shown = typeof title === "string" ? title : name;
    const value = result.outputs[name];
    return (
      <section key={name} className="function-result" aria-labelledby={`result-${name}`}>
        <h2 id={`result-${name}`}>{shown}</h2>
        {typeof description === "string" && <p className="muted">{description}</p>}
        {value ? (
          <ResultView value={value} name={shown} />
        ) : (
          <p className="muted">There is no such result this time.</p>
        )}
      </section>
    );
  });
}

interface ViewProps<Kind extends Value["kind"] = Value["kind"]> {
  value: Extract<Value, { kind: Kind }>;
  name: string;
}

function ResultView({ value, name }: ViewProps) {
  switch (value.kind) {
    case "text":
      return <TextView text={value.text} name={name} />;
    case "image":
      return <ImageView value={value} name={name} />;
    case "video":
    case "audio":
      return <FilmView value={value} name={name} />;
    case "list":
      return (
        <ol className="function-result__list">
          {value.items.map((item, index) => (
            <li key={`${index}-${item.kind}`}>
              <ResultView value={item} name={`${name} ${index + 1}`} />
            </li>
          ))}
        </ol>
      );
    default:
      return <PlainView text={valueText(value)} />;
  }
}

function TextView({ text, name }: { text: string; name: string }) {
  const save = () => download(fileName(name, "text/plain"), new Blob([text]));
  return (
    <>
      <div className="function-result__text" tabIndex={0} role="group" aria-label={`Text: ${name}`}>
        <Suspense fallback={text}>
          <Markdown text={text} />
        </Suspense>
      </div>
      <div className="function-result__tools">
        <CopyButton run={() => copyText(text)} name={name} />
        <DownloadButton run={save} name={name} />
      </div>
    </>
  );
}

function PlainView({ text }: { text: string }) {
  return <output className="function-result__plain">{text}</output>;
}

function ImageView({ value, name }: ViewProps<"image">) {
  const { url, mediaType, width, height } = value;
  const large = largeUrl(url, mediaType);
  return (
    <>
      <a href={large} target="_blank" rel="noopener" className="function-result__image">
        <img src={large} alt={`${name}, ${width} × ${height} pixels`} {...{ width, height }} />
      </a>
      <div className="function-result__tools">
        <CopyButton run={() => copyImage(large)} name={name} />
        <DownloadButton run={() => downloadResult(url, fileName(name, mediaType))} name={name} />
      </div>
    </>
  );
}

function FilmView({ value, name }: ViewProps<"video" | "audio">) {
  const { url, mediaType, kind } = value;
  const shared = { src: url, controls: true, preload: "metadata", "aria-label": name } as const;
  return (
    <>
      {kind === "video" ? <video {...shared} playsInline /> : <audio {...shared} />}
      <div className="function-result__tools">
        <DownloadButton run={() => downloadResult(url, fileName(name, mediaType))} name={name} />
      </div>
    </>
  );
}

interface ToolProps {
  run: () => unknown;
  name: string;
}

function CopyButton({ run, name }: ToolProps) {
  return (
    <Button aria-label={`Copy: ${name}`} onClick={() => void run()}>
      <Copy aria-hidden /> Copy
    </Button>
  );
}

function DownloadButton({ run, name }: ToolProps) {
  return (
    <Button aria-label={`Download: ${name}`} onClick={() => void run()}>
      <Download aria-hidden /> Download
    </Button>
  );
}
