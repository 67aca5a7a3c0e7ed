/** Two runs or two versions side by side: what they are, what differs, node by node. */

import "../runs/runs.css";
import "./compare.css";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { listVersions } from "../../api/sdk";
import { type RunBase, useRuns } from "../../stores/runs";
import type { ComparedRef, Comparison } from "../../stores/view";
import { Button } from "../../ui/Button";
import { formatDuration } from "../../ui/format";
import { usePagedList } from "../../ui/lists/usePagedList";
import { StatusBadge } from "../../ui/StatusBadge";
import { closePreview, compare } from "../preview/actions";
import { formatCount, formatScope, formatTime } from "../runs/format";
import { useNodeNames } from "../runs/useNodeNames";
import { useRunList } from "../runs/useRunList";
import { listDifferences } from "./differences";
import { NodeDifferenceEntry } from "./NodeDifferenceEntry";

interface CompareProps {
  workflowId: number;
  comparison: Comparison;
}

/** The tab under which a comparison is shown. */
export function panelOf({ before, after }: Comparison): "runs" | "versions" {
  return before.ref.kind === "version" || after.ref.kind === "version" ? "versions" : "runs";
}

export function ComparePanel(props: CompareProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const ofRuns = panelOf(props.comparison) === "runs";
  useEffect(() => heading.current?.focus(), []);
  return (
    <article className="detail compare" aria-labelledby="compare-title">
      <div className="panel__bar">
        <Button small variant="quiet" onClick={closePreview}>
          <ArrowLeft aria-hidden /> Back
        </Button>
      </div>
      <h3 id="compare-title" ref={heading} tabIndex={-1} className="detail__title">
        {ofRuns ? "Compare runs" : "Compare versions"}
      </h3>
      {ofRuns ? <RunChoice {...props} /> : <VersionChoice {...props} />}
      <Facts comparison={props.comparison} />
      <Differences comparison={props.comparison} />
    </article>
  );
}

interface Choice {
  ref: ComparedRef;
  title: string;
}

const NOW: Choice = { ref: { kind: "now" }, title: "What is there now" };

function RunChoice({ workflowId, comparison }: CompareProps) {
  const { items } = useRunList(workflowId, "all");
  const views = useRuns((state) => state.runs);
  const nameOf = useNodeNames();
  const listed: readonly RunBase[] = items ?? [];
  const others = [comparison.before, comparison.after].flatMap(({ runId }) => {
    const view = runId === null ? undefined : views[runId];
    return view && !listed.some(({ id }) => id === runId) ? [view.summary] : [];
  });
  const choices = [...listed, ...others].map(({ id, createdAt, scope }) => ({
    ref: { kind: "run", id } as const,
    title: `${formatTime(createdAt)}: ${formatScope(scope, nameOf)}`,
  }));
  return <Sides comparison={comparison} choices={[NOW, ...choices]} />;
}

const LISTED_VERSIONS = 100;

function VersionChoice({ workflowId, comparison }: CompareProps) {
  const { items } = usePagedList(["compared versions", workflowId], (page) =>
    listVersions({ path: { workflowId }, query: { ...page, limit: LISTED_VERSIONS, every: true } }),
  );
  const choices = (items ?? []).map(({ revision, createdAt, label, changes }) => ({
    ref: { kind: "version", revision } as const,
    title: `${formatTime(createdAt)}: ${label ?? changes.summary}`,
  }));
  return <Sides comparison={comparison} choices={[NOW, ...choices]} />;
}

function Sides({ comparison, choices }: { comparison: Comparison; choices: readonly Choice[] }) {
  const { before, after } = comparison;
  return (
    <div className="compare__sides">
      <Side title="Before" value={before.ref} choices={choices}>
        {(ref) => void compare(ref, after.ref)}
      </Side>
      <Side title="After" value={after.ref} choices={choices}>
        {(ref) => void compare(before.ref, ref)}
      </Side>
    </div>
  );
}

interface SideProps {
  title: string;
  value: ComparedRef;
  choices: readonly Choice[];
  children: (ref: ComparedRef) => void;
}

function Side({ title, value, choices, children: choose }: SideProps) {
  return (
    <label>
      <span className="muted">{title}</span>
      <select
        className="field"
        value={keyOf(value)}
        onChange={(event) => {
          const found = choices.find(({ ref }) => keyOf(ref) === event.target.value);
          if (found) choose(found.ref);
        }}
      >
        {choices.map(({ ref, title }) => (
          <option key={keyOf(ref)} value={keyOf(ref)}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

function keyOf(ref: ComparedRef): string {
  return Object.values(ref).join(" ");
}

/** State, time and tokens of both; nothing where not both are runs. */
function Facts({ comparison: { before, after } }: Pick<CompareProps, "comparison">) {
  const views = useRuns((state) => state.runs);
  const [one, other] = [before, after].map(({ runId }) => runId && views[runId]?.summary);
  if (!one || !other) return null;
  const row = (title: string, cell: (run: RunBase) => ReactNode) => (
    <tr>
      <th scope="row">{title}</th>
      <td>{cell(one)}</td>
      <td>{cell(other)}</td>
    </tr>
  );
  return (
    <table className="compare__facts">
      <thead>
        <tr>
          <td />
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {row("State", ({ status }) => (
          <StatusBadge status={status} />
        ))}
        {row("Duration", ({ durationMs }) => formatDuration(durationMs) || "–")}
        {row("Tokens", ({ usage }) => usage.totalTokens.toLocaleString("en"))}
        {row("Reused", ({ counts }) => `${counts.reused} of ${counts.total}`)}
      </tbody>
    </table>
  );
}

/** "1 node differs", "2 nodes differ" */
function differing(count: number, noun: string): string {
  return `${formatCount(count, noun)} ${count === 1 ? "differs" : "differ"}`;
}

function Differences({ comparison }: Pick<CompareProps, "comparison">) {
  const runs = useRuns((state) => state.runs);
  const differences = listDifferences(comparison, runs);
  const nameOf = useNodeNames();
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { union, edgeChanges } = comparison;
  const same = union.nodes.length - differences.length;
  return (
    <>
      <p className="compare__summary" role="status">
        {[
          differing(differences.length, "node"),
          edgeChanges.size && differing(edgeChanges.size, "connection"),
          `${same} the same`,
        ]
          .filter(Boolean)
          .join(", ")}
        .
      </p>
      <ol className="panel__list" aria-label="Differences">
        {differences.map((difference, index) => (
          <li key={difference.id}>
            <NodeDifferenceEntry
              difference={difference}
              name={nameOf(difference.id)}
              open={toggled.get(difference.id) ?? index === 0}
              setOpen={(open) => setToggled(new Map(toggled).set(difference.id, open))}
            />
          </li>
        ))}
      </ol>
    </>
  );
}
