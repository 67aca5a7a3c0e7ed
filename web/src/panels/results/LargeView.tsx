/** A result as large as the window: looked at, compared, copied, carried away. Escape leads back. */

import "./large.css";
import { Dialog as Base } from "@base-ui/react/dialog";
import {
  ChevronLeft,
  ChevronRight,
  Copy,
  Download,
  Maximize,
  Minus,
  Plus,
  SquareSplitHorizontal,
  X,
} from "lucide-react";
import { type KeyboardEvent, useMemo, useState } from "react";
import type { Value } from "../../generated/api";
import { useDocument } from "../../stores/document";
import { useOutOfDate } from "../../stores/outOfDate";
import { useNodeRun, useRuns } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { type LargeValue, showLarge, useView } from "../../stores/view";
import { Button, buttonClass, IconButton } from "../../ui/Button";
import { copyImage, copyText } from "../../ui/copy";
import { download, downloadResult } from "../../ui/download";
import { fileName, formatBytes } from "../../ui/format";
import { OutOfDateBadge } from "../../ui/StatusBadge";
import { nodeNames } from "../../graph/names";
import { frameOf, ImageView } from "./ImageView";
import { type ItemValue, itemsOf, listResults, type ShownResult } from "./resultList";
import { LargeText } from "./LargeText";
import { useZoom, type Zoom } from "./useZoom";
import { valueText } from "../../nodes/result/valueText";

const ZOOM_STEP = 1.4;
const close = () => showLarge(null);

export default function LargeView() {
  const large = useView((state) => state.largeValue);
  const { results, at } = useResults(large);
  const result = results[at];
  const name = useResultName(large, result);
  const value = result?.value ?? (large && "value" in large ? itemsOf(large.value)[0] : undefined);
  const step = (by: number) => {
    const next = results[at + by];
    if (next) showLarge({ nodeId: next.nodeId, handle: next.handle, item: next.item });
  };
  return (
    <Base.Root open={value !== undefined} onOpenChange={(open) => !open && close()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop large__backdrop" />
        <Base.Popup className="large" onKeyDown={(event) => stepByKey(event, step)}>
          {value && (
            <Shown
              given={large && "before" in large ? large.before : undefined}
              name={name}
              value={value}
              result={result}
              place={result && results.length > 1 ? [at, results.length] : null}
              step={step}
            />
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function stepByKey(event: KeyboardEvent, step: (by: number) => void): void {
  if ((event.target as Element).matches("input, video, audio")) return;
  if (event.key === "ArrowRight") step(1);
  else if (event.key === "ArrowLeft") step(-1);
  else return;
  event.preventDefault();
}

/** The results on the canvas, and which of them is shown; -1: none. */
function useResults(large: LargeValue | null): { results: ShownResult[]; at: number } {
  const catalogue = useCatalogue();
  const nodes = useDocument((state) => state.graph.nodes);
  const runs = useRuns();
  const results = useMemo(() => listResults(nodes, runs, catalogue), [nodes, runs, catalogue]);
  const at = results.findIndex(
    (each) =>
      large !== null &&
      "nodeId" in large &&
      each.nodeId === large.nodeId &&
      each.handle === large.handle &&
      each.item === large.item,
  );
  return { results, at };
}

function useResultName(large: LargeValue | null, result: ShownResult | undefined): string {
  const catalogue = useCatalogue();
  const nodes = useDocument((state) => state.graph.nodes);
  if (large && "name" in large) return large.name;
  const name = (result && nodeNames(nodes, catalogue).get(result.nodeId)) ?? "Result";
  return result?.title ? `${name}: ${result.title}` : name;
}

interface ShownProps {
  /** What it is compared with from the beginning. */
  given: Extract<Value, { kind: "image" }> | undefined;
  name: string;
  value: ItemValue;
  result: ShownResult | undefined;
  /** Which one it is, of how many. */
  place: [number, number] | null;
  step: (by: number) => void;
}

function Shown({ given, name, value, result, place, step }: ShownProps) {
  const [comparing, setComparing] = useState(given !== undefined);
  const { before, beforeName } = comparable(value, given, result);
  const compared = comparing ? before : null;
  const size = value.kind === "image" ? frameOf(value, compared) : { width: 1, height: 1 };
  const zoom = useZoom(size, `${result?.nodeId} ${result?.handle} ${result?.item}`);
  return (
    <div className="large__inside" onKeyDown={(event) => zoomByKey(event, zoom)}>
      <header className="large__head">
        <Base.Title className="large__title">{name}</Base.Title>
        <span className="muted">{factsOf(value)}</span>
        {result && <OutOfDate nodeId={result.nodeId} />}
        <span className="large__space" />
        {place && <Steps place={place} step={step} />}
        {value.kind === "image" && <ZoomButtons zoom={zoom} />}
        {before && (
          <CompareButton
            beforeName={beforeName}
            pressed={comparing}
            press={() => {
              setComparing(!comparing);
              zoom.showWhole();
            }}
          />
        )}
        <ValueTools value={value} name={name} />
        <Base.Close className={buttonClass("quiet", false, true)} aria-label="Close">
          <X aria-hidden />
        </Base.Close>
      </header>
      <Body {...{ value, name, beforeName, zoom }} before={compared} />
    </div>
  );
}

/** What an image can be laid over: another one, or that of which it was made. */
function comparable(value: ItemValue, given: ShownProps["given"], result: ShownProps["result"]) {
  const before = value.kind === "image" ? (given ?? result?.givenImages[0] ?? null) : null;
  return { before, beforeName: given ? "earlier image" : "input" };
}

function CompareButton(props: { beforeName: string; pressed: boolean; press: () => void }) {
  return (
    <Button aria-pressed={props.pressed} onClick={props.press}>
      <SquareSplitHorizontal aria-hidden /> Compare with the {props.beforeName}
    </Button>
  );
}

function zoomByKey(event: KeyboardEvent, zoom: Zoom): void {
  if ((event.target as Element).matches("input")) return;
  if (event.key === "+" || event.key === "=") zoom.zoomBy(ZOOM_STEP);
  else if (event.key === "-") zoom.zoomBy(1 / ZOOM_STEP);
  else if (event.key === "0") zoom.showWhole();
  else if (event.key === "1") zoom.setScale(1);
}

function OutOfDate({ nodeId }: { nodeId: string }) {
  const reason = useOutOfDate(nodeId, useNodeRun(nodeId));
  if (reason === null) return null;
  return (
    <>
      <OutOfDateBadge /> <span className="muted large__reason">{reason}</span>
    </>
  );
}

function Steps({
  place: [at, count],
  step,
}: {
  place: [number, number];
  step: ShownProps["step"];
}) {
  return (
    <span className="large__group">
      <IconButton label="Previous result" keys="←" disabled={at === 0} onClick={() => step(-1)}>
        <ChevronLeft aria-hidden />
      </IconButton>
      <span className="large__count" role="status">
        {at + 1} of {count}
      </span>
      <IconButton label="Next result" keys="→" disabled={at === count - 1} onClick={() => step(1)}>
        <ChevronRight aria-hidden />
      </IconButton>
    </span>
  );
}

function ZoomButtons({ zoom }: { zoom: Zoom }) {
  const percent = Math.round(zoom.placement.scale * 100);
  return (
    <span className="large__group">
      <IconButton label="Zoom out" keys="-" onClick={() => zoom.zoomBy(1 / ZOOM_STEP)}>
        <Minus aria-hidden />
      </IconButton>
      <button
        type="button"
        className="button button--quiet large__percent"
        aria-label={`Zoom: ${percent} percent; set to 100`}
        onClick={() => zoom.setScale(1)}
      >
        {percent} %
      </button>
      <IconButton label="Zoom in" keys="+" onClick={() => zoom.zoomBy(ZOOM_STEP)}>
        <Plus aria-hidden />
      </IconButton>
      <IconButton label="Show all of it" keys="0" onClick={zoom.showWhole}>
        <Maximize aria-hidden />
      </IconButton>
    </span>
  );
}

function ValueTools({ value, name }: { value: ItemValue; name: string }) {
  const text = textOf(value);
  if (text !== null) {
    const file = fileName(name, "text/plain");
    return (
      <>
        <Button onClick={() => void copyText(text)}>
          <Copy aria-hidden /> Copy
        </Button>
        <Button onClick={() => download(file, new Blob([text], { type: "text/plain" }))}>
          <Download aria-hidden /> Download
        </Button>
      </>
    );
  }
  if (!("url" in value)) return null;
  return (
    <>
      {value.kind === "image" && (
        <Button onClick={() => void copyImage(value.url)}>
          <Copy aria-hidden /> Copy
        </Button>
      )}
      <Button onClick={() => void downloadResult(value.url, fileName(name, value.mediaType))}>
        <Download aria-hidden /> Download
      </Button>
    </>
  );
}

interface BodyProps extends Pick<ShownProps, "value" | "name"> {
  before: Extract<ItemValue, { kind: "image" }> | null;
  beforeName: string;
  zoom: Zoom;
}

function Body({ value, name, before, beforeName, zoom }: BodyProps) {
  if (value.kind === "image") {
    return <ImageView image={value} {...{ before, beforeName, name, zoom }} />;
  }
  if (value.kind === "video") {
    return (
      <div className="stage">
        <video className="large__video" src={value.url} aria-label={name} controls playsInline />
      </div>
    );
  }
  if (value.kind === "audio") {
    return <audio className="large__audio" src={value.url} aria-label={name} controls />;
  }
  return <LargeText text={textOf(value) ?? ""} name={name} formatted={value.kind === "text"} />;
}

/** What can be copied as text; null: it is a picture, a video or a sound. */
function textOf(value: ItemValue): string | null {
  if (value.kind === "text") return value.text;
  return "url" in value ? null : valueText(value);
}

function factsOf(value: ItemValue): string {
  if (value.kind === "text") {
    const words = value.text.split(/\s+/).filter(Boolean).length;
    return `${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}`;
  }
  if (!("url" in value)) return "";
  const length = "durationSeconds" in value ? `, ${value.durationSeconds.toFixed(1)} s` : "";
  const size = "width" in value ? `${value.width} × ${value.height}, ` : "";
  return `${size}${formatBytes(value.bytes)}${length}`;
}
