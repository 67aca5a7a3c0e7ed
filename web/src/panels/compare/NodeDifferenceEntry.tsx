/** How one node differs: its settings, what it gave, what that took; and taking settings over. */

import { Undo2 } from "lucide-react";
import { thumbnailUrl } from "../../api/assets";
import type { Value } from "../../generated/api";
import type { GraphNode, Json } from "../../graph/document";
import { mediaOf } from "../../nodes/media";
import { valueText } from "../../nodes/result/valueText";
import { nodesById, useDocument } from "../../stores/document";
import type { NodeRun } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { showLarge } from "../../stores/view";
import { Button } from "../../ui/Button";
import { formatDuration } from "../../ui/format";
import { adoptParams } from "../preview/actions";
import { formatCount } from "../runs/format";
import { EntrySection, type EntryState, NodeEntry } from "../runs/NodeEntry";
import { ValueView } from "../runs/ValueView";
import {
  changedOutputs,
  changedParams,
  type NodeDifference,
  type OutputDifference,
  type ParamDifference,
} from "./differences";
import { TextDifference } from "./TextDifference";

const KINDS: Record<NodeDifference["kind"], string> = {
  added: "Added",
  removed: "Removed",
  changed: "Changed",
  result: "Other result",
};

interface EntryProps extends EntryState {
  difference: NodeDifference;
}

export function NodeDifferenceEntry({ difference, ...entry }: EntryProps) {
  const { id, kind, before, after } = difference;
  return (
    <NodeEntry
      {...entry}
      nodeId={id}
      nodeType={(after.node ?? before.node)?.type ?? ""}
      facts={
        <span className="change" data-kind={kind}>
          {KINDS[kind]}
        </span>
      }
      there
    >
      <Body difference={difference} name={entry.name} />
    </NodeEntry>
  );
}

function Body({ difference: { before, after }, name }: Pick<EntryProps, "difference" | "name">) {
  const spec = useCatalogue().byId.get((after.node ?? before.node)?.type ?? "");
  const params =
    before.node && after.node ? changedParams(spec, before.node.data, after.node.data) : [];
  return (
    <div className="entry__inside">
      {params.map((param) => (
        <EntrySection key={param.name} title={param.title}>
          <ParamView param={param} name={name} />
        </EntrySection>
      ))}
      {changedOutputs(spec, before.run, after.run).map((output) => (
        <EntrySection key={output.handle} title={output.title ?? "Result"}>
          <OutputView output={output} name={name} />
        </EntrySection>
      ))}
      <Cost before={before.run} after={after.run} />
      <div className="actions">
        <TakeButton node={before.node} from="before" />
        <TakeButton node={after.node} from="after" />
      </div>
    </div>
  );
}

/** Offers the settings of a side, where the document has others. */
function TakeButton({ node, from }: { node: GraphNode | undefined; from: "before" | "after" }) {
  const now = useDocument(({ stashed }) => stashed && nodesById(stashed.graph).get(node?.id ?? ""));
  if (!node) return null;
  const same =
    now && changedParams(undefined, now.data, { ...node.data, label: now.data["label"] ?? null });
  if (same?.length === 0) return null;
  return (
    <Button small onClick={() => adoptParams(node)}>
      <Undo2 aria-hidden />{" "}
      {now ? `Take its settings from ${from}` : `Add the node as it was ${from}`}
    </Button>
  );
}

function ParamView({
  param: { field, before, after },
  name,
}: {
  param: ParamDifference;
  name: string;
}) {
  const [was, is] = [before, after].map((each) => field && mediaOf(each, field.accept));
  if (was?.kind === "image" && is?.kind === "image") {
    return <ImagePair before={was.url} after={is.url} name={name} />;
  }
  return <TextDifference before={paramText(before)} after={paramText(after)} />;
}

function paramText(value: Json): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value, null, 1);
}

function OutputView({
  output: { before, after },
  name,
}: {
  output: OutputDifference;
  name: string;
}) {
  if (before?.kind === "image" && after?.kind === "image") {
    return (
      <ImagePair
        before={before.url}
        after={after.url}
        name={name}
        compare={() => showLarge({ value: after, name, before })}
      />
    );
  }
  const [was, is] = [before, after].map(plainText);
  if (was != null && is != null) return <TextDifference before={was} after={is} />;
  return (
    <>
      <OneSide title="Before" value={before} name={name} />
      <OneSide title="After" value={after} name={name} />
    </>
  );
}

/** Null: it is no text, and cannot be written as one. */
function plainText(value: Value | null): string | null {
  if (value === null || "url" in value) return null;
  return value.kind === "text" ? value.text : valueText(value);
}

function OneSide({ title, value, name }: { title: string; value: Value | null; name: string }) {
  return (
    <>
      <p className="muted">{value ? title : `${title}: nothing`}</p>
      {value && <ValueView value={value} name={name} />}
    </>
  );
}

interface ImagePairProps {
  before: string;
  after: string;
  name: string;
  /** Opens the large view. */
  compare?: () => void;
}

function ImagePair({ before, after, name, compare }: ImagePairProps) {
  return (
    <div className="image-pair">
      <figure>
        <img src={thumbnailUrl(before, 170)} alt={`${name}, before`} />
        <figcaption>Before</figcaption>
      </figure>
      <figure>
        <img src={thumbnailUrl(after, 170)} alt={`${name}, after`} />
        <figcaption>After</figcaption>
      </figure>
      {compare && (
        <Button small onClick={compare}>
          Compare with a slider
        </Button>
      )}
    </div>
  );
}

function Cost({ before, after }: { before: NodeRun | undefined; after: NodeRun | undefined }) {
  if (!before || !after) return null;
  const facts = [costOf(before), costOf(after)];
  return (
    <p className="muted entry__times">
      {facts[0] === facts[1] ? facts[0] : `Before: ${facts[0]}. After: ${facts[1]}.`}
    </p>
  );
}

function costOf({ reused, durationMs, usage, status, error }: NodeRun): string {
  if (status !== "COMPLETED") return error?.message ?? "no result";
  if (reused) return "taken over from an earlier run";
  const time = durationMs === null ? "" : `took ${formatDuration(durationMs)}`;
  const tokens = usage ? formatCount(usage.totalTokens, "token") : "";
  return [time, tokens, usage?.model].filter(Boolean).join(", ");
}
