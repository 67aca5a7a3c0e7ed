/** What a node gave in the run that is on the canvas, or why it gave nothing. */

import { lazy, Suspense, useLayoutEffect, useRef } from "react";
import { thumbnailUrl } from "../api/assets";
import type { NodeTypeSpec } from "../graph/node-types/catalogue";
import type { GraphNode } from "../graph/document";
import { formOf, mediaFieldOf } from "../graph/node-types/form";
import { type NodeRun, useLiveOutput } from "../stores/runs";
import { mediaOf } from "./media";
import { outputsOf } from "./outputs";
import { valueText } from "./valueText";

const Markdown = lazy(() => import("../ui/Markdown"));
const WIDTH = 300;

interface NodeResultProps {
  node: GraphNode;
  spec: NodeTypeSpec;
  run: NodeRun | undefined;
}

export function NodeResult({ node, spec, run }: NodeResultProps) {
  if (!run) return null;
  if (run.status === "FAILED" || run.status === "SKIPPED" || run.status === "CANCELLED") {
    return (
      <>
        <FailureReason run={run} />
        {run.output && (
          <section className="result" aria-label="What came of it">
            <Value value={run.output} />
          </section>
        )}
      </>
    );
  }
  if (run.status === "RUNNING") return <LiveOutput nodeId={node.id} run={run} />;
  const outputs = outputsOf(run, spec).filter(({ value }) => !repeatsForm(node, spec, value));
  return outputs.map(({ handle, title, value }) => (
    <section key={handle} className="result" aria-label={title ? `Result: ${title}` : "Result"}>
      {title && <p className="row__title">{title}</p>}
      <Value value={value} />
    </section>
  ));
}

function FailureReason({ run }: { run: NodeRun }) {
  if (!run.error) return null;
  return (
    <p
      className={`reason reason--${run.status}`}
      role={run.status === "FAILED" ? "alert" : undefined}
    >
      {run.error.message}
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
  if (!text) return null;
  return (
    <section
      ref={section}
      className="result result--live nowheel nodrag"
      aria-label="Result so far"
      aria-busy="true"
    >
      {text}
    </section>
  );
}

/** Whether the node shows the same in its form already. */
function repeatsForm(node: GraphNode, spec: NodeTypeSpec, output: Value): boolean {
  const typed = formOf(spec).flatMap((group) => group.fields.map(({ name }) => node.data[name]));
  if (output.kind === "text") return typed.includes(output.text);
  if (output.kind !== "image" && output.kind !== "video") return false;
  const field = mediaFieldOf(spec);
  return field !== undefined && mediaOf(node.data[field.name], field.accept)?.url === output.url;
}

type Value = NonNullable<NodeRun["output"]>;

/** A value, as large as there is room: text as Markdown, images and videos themselves. */
export function Value({ value }: { value: Value }) {
  if (value.kind === "text") {
    return (
      <div className="value value--text nowheel nodrag">
        <Suspense fallback={value.text}>
          <Markdown text={value.text} />
        </Suspense>
      </div>
    );
  }
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
    <a
      className="value value--image nodrag"
      href={value.url}
      target="_blank"
      rel="noopener"
      title={`${facts}, opens in full size`}
    >
      <img
        src={thumbnailUrl(value.url, WIDTH)}
        alt={`Result, ${facts} pixels`}
        width={value.width}
        height={value.height}
        loading="lazy"
        draggable={false}
      />
      <span className="value__facts">{facts}</span>
    </a>
  );
}
