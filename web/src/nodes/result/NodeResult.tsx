/**
 * What a node gave in the run that is on the canvas, or why it gave nothing. Its place is as large
 * before a run as after it, so that a result covers nothing and moves nothing.
 */

import { lazy, type ReactNode, Suspense, useLayoutEffect, useRef } from "react";
import { thumbnailUrl } from "../../api/assets";
import type { GraphEdge, GraphNode } from "../../graph/document";
import type { NodeTypeSpec } from "../../graph/node-types/catalogue";
import { formOf, mediaFieldOf } from "../../graph/node-types/form";
import { useReadable } from "../../stores/names";
import { type NodeRun, useLiveOutput } from "../../stores/runs";
import { showLarge } from "../../stores/view";
import { mediaOf } from "../media";
import { dragOut } from "./dragOut";
import { outputsOf } from "./outputs";
import { valueText } from "./valueText";

const Markdown = lazy(() => import("../../ui/Markdown"));
const WIDTH = 300;

interface NodeResultProps {
  node: GraphNode;
  spec: NodeTypeSpec;
  run: NodeRun | undefined;
  incoming: readonly GraphEdge[];
  /** Why its result is out of date. */
  outOfDate: string | null;
}

export function NodeResult({ node, spec, run, incoming, outOfDate }: NodeResultProps) {
  if (formShowsResult(node, spec, incoming)) return run && <FailureReason run={run} />;
  const low = spec.outputs.every(({ kind }) => kind === "number" || kind === "boolean");
  return (
    <div className={low ? "result-place result-place--low" : "result-place"}>
      {outOfDate && <OutOfDateReason text={outOfDate} />}
      {run ? <Content node={node} spec={spec} run={run} /> : <Placeholder text="No result yet" />}
    </div>
  );
}

export function OutOfDateReason({ text }: { text: string }) {
  const reason = useReadable(text);
  return (
    <p className="node__reason" title={reason}>
      {reason}
    </p>
  );
}

/** Whether a node gives what is in its form, so that its result needs no place of its own. */
export function formShowsResult(
  node: GraphNode,
  spec: NodeTypeSpec,
  incoming: readonly GraphEdge[],
): boolean {
  if (spec.category !== "input" || incoming.length > 0) return false;
  const media = mediaFieldOf(spec);
  if (media) {
    const source = node.data[media.name];
    return !source || mediaOf(source, media.accept) !== null;
  }
  const [only, ...others] = formOf(spec).flatMap((group) => group.fields);
  return spec.output === "text" && only?.widget === "text" && others.length === 0;
}

function Placeholder({ text }: { text: string }) {
  return <p className="result-place__empty">{text}</p>;
}

function Content({ node, spec, run }: Pick<NodeResultProps, "node" | "spec"> & { run: NodeRun }) {
  const { status } = run;
  if (status === "PENDING") return <Placeholder text="Waits for its turn" />;
  if (status === "RUNNING") return <LiveOutput nodeId={node.id} run={run} />;
  if (status !== "COMPLETED") {
    return (
      <>
        <FailureReason run={run} />
        {run.output && (
          <section className="result" aria-label="What came of it">
            <Value value={run.output} />
          </section>
        )}
        {!run.error && !run.output && <Placeholder text="No result" />}
      </>
    );
  }
  return outputsOf(run, spec).map(({ handle, title, value }) => (
    <section
      key={handle}
      className="result"
      data-result={handle}
      aria-label={title ? `Result: ${title}` : "Result"}
    >
      {title && <p className="row__title">{title}</p>}
      <Value value={value} open={() => showLarge({ nodeId: node.id, handle, item: 0 })} />
    </section>
  ));
}

function FailureReason({ run: { error, status } }: { run: NodeRun }) {
  const text = useReadable(error?.message ?? "");
  if (!error) return null;
  return (
    <p className={`reason reason--${status}`} role={status === "FAILED" ? "alert" : undefined}>
      {text}
    </p>
  );
}

/** What the model has said so far, or what the output may become; before that, why it is tried again. */
function LiveOutput({ nodeId, run }: { nodeId: string; run: NodeRun }) {
  const live = useLiveOutput(nodeId);
  const { text = "", preview = null } = live?.attempt === run.attempt ? live : {};
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    section.current?.scrollTo({ top: section.current.scrollHeight });
  }, [text]);
  if (preview) {
    return (
      <section className="result" aria-label="Result so far" aria-busy="true">
        <Value value={preview} />
      </section>
    );
  }
  if (!text && run.error) {
    return <p className="reason">{`Attempt ${run.attempt}, because: ${run.error.message}`}</p>;
  }
  if (!text) return <Placeholder text="Works …" />;
  return (
    <section
      ref={section}
      className="result result--live nowheel nodrag"
      aria-label="Result so far"
      aria-busy="true"
      tabIndex={0}
    >
      {text}
    </section>
  );
}

type Value = NonNullable<NodeRun["output"]>;

interface ValueProps {
  value: Value;
  /** Shows it large. */
  open?: () => void;
}

/** A value, as large as there is room: text as Markdown, images and videos themselves. */
function Value({ value, open }: ValueProps) {
  if (value.kind === "text") return <TextValue text={value.text} open={open} />;
  if (value.kind === "video") {
    return (
      <video className="value nodrag" src={value.url} controls playsInline preload="metadata" />
    );
  }
  if (value.kind === "audio") {
    return <audio className="value nodrag" src={value.url} controls preload="metadata" />;
  }
  if (value.kind !== "image") return <output className="value">{valueText(value)}</output>;
  const facts = `${value.width} × ${value.height}`;
  return (
    <ValueButton open={open}>
      <img
        src={thumbnailUrl(value.url, WIDTH)}
        alt={`Result, ${facts} pixels`}
        width={value.width}
        height={value.height}
        loading="lazy"
        draggable
        onDragStart={(event) => dragOut(event, value, "Result")}
      />
      <span className="value__facts" aria-hidden>
        {facts}
      </span>
    </ValueButton>
  );
}

function ValueButton({ open, children }: { open: ValueProps["open"]; children: ReactNode }) {
  if (!open) return <div className="value value--image">{children}</div>;
  return (
    <button
      type="button"
      className="value value--image nodrag"
      title="Show it large"
      onClick={open}
    >
      {children}
    </button>
  );
}

/** A click, or Enter, shows it large; what was dragged over is selected instead. */
function TextValue({ text, open }: { text: string; open: ValueProps["open"] }) {
  return (
    <div
      className="value value--text nowheel nodrag"
      tabIndex={0}
      role="group"
      aria-label="Text that came out"
      onClick={(event) => {
        const selected = getSelection()?.isCollapsed === false;
        if (!selected && !(event.target as Element).closest("a")) open?.();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget) return;
        event.stopPropagation();
        open?.();
      }}
    >
      <Suspense fallback={text}>
        <Markdown text={text} />
      </Suspense>
    </div>
  );
}
