/** What a run would do, before it does: what runs, what is reused, what is left out, and why. */

import { LoaderCircle, LocateFixed, Play, Recycle, SkipForward, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError, sentenceOf } from "../../api/client";
import { planWorkflow } from "../../api/workflows";
import { focusNode } from "../../editing/viewport";
import type { PlanStepRead, Problem } from "../../generated/api";
import { TypeIcon } from "../../nodes/NodeTypeIcon";
import { kindStyle } from "../../nodes/kindStyle";
import { useNames } from "../../panels/runs/useNodeNames";
import { many, scopeWords } from "../../panels/runs/format";
import { nodesById, useDocument } from "../../stores/document";
import { closePreview, previewRun, type Preview, type Scope, useLook } from "../../stores/view";
import { useShownRun } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { openDialog, select, useSession } from "../../stores/session";
import { push } from "../../sync/save";
import { startScope, usualReuse } from "../../sync/startRun";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";

function close(): void {
  openDialog(null);
  closePreview();
}

export default function RunPreview() {
  const open = useSession((state) => state.dialog === "run");
  const preview = useLook((state) => state.preview);
  if (!open || !preview) return null;
  return <Open preview={preview} />;
}

interface Told {
  /** What was asked for; an answer to something else is not shown. */
  preview: Preview;
  steps: readonly PlanStepRead[];
  problems: readonly Problem[];
  failure: string | null;
}

function Open({ preview }: { preview: Preview }) {
  const told = usePlan(preview);
  const runs = told?.steps.filter((step) => step.action === "run").length ?? 0;
  const { scope, reuse } = preview;
  return (
    <Dialog
      open
      wide
      onClose={close}
      title={told?.problems.length ? "This cannot run yet" : "What a run would do"}
      buttons={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            look="primary"
            disabled={!told || told.steps.length === 0}
            onClick={() => {
              close();
              void startScope(scope, reuse);
            }}
          >
            <Play aria-hidden /> {runs ? `Run ${many(runs, "node")}` : "Run"}
          </Button>
        </>
      }
    >
      <Choices preview={preview} />
      <div className="plan" aria-live="polite" aria-busy={!told}>
        {told ? (
          <Answer told={told} />
        ) : (
          <p className="muted plan__wait">
            <LoaderCircle aria-hidden className="spin" /> Looking …
          </p>
        )}
      </div>
    </Dialog>
  );
}

/** Asks the server, after it has what is on the canvas; null while that takes. */
function usePlan(preview: Preview): Told | null {
  const [told, setTold] = useState<Told | null>(null);
  const workflowId = useDocument((state) => state.workflowId);
  useEffect(() => {
    let wanted = true;
    const { scope, reuse } = preview;
    const tell = (rest: Partial<Told>) => {
      const nothing = { steps: [], problems: [], failure: null };
      if (wanted) setTold({ preview, ...nothing, ...rest });
    };
    push()
      .then(() => planWorkflow(workflowId ?? 0, { scope, reuse }))
      .then(
        ({ steps }) => tell({ steps }),
        (error: unknown) => {
          const problems = error instanceof ApiError ? error.problems : [];
          tell({ problems, failure: problems.length ? null : sentenceOf(error) });
        },
      );
    return () => {
      wanted = false;
    };
  }, [preview, workflowId]);
  if (told?.preview === preview) return told;
  return preview.refused.length
    ? { preview, steps: [], problems: preview.refused, failure: null }
    : null;
}

/** Which nodes, and whether anew. */
function Choices({ preview: { scope, reuse } }: { preview: Preview }) {
  const scopes = useScopes(scope);
  const nameOf = useNames();
  const chosen = scopes.findIndex((each) => JSON.stringify(each) === JSON.stringify(scope));
  return (
    <div className="plan__choices">
      <label>
        <span>Which nodes</span>
        <select
          className="field"
          value={chosen}
          onChange={(event) => {
            const next = scopes[Number(event.target.value)];
            if (next) previewRun(next, usualReuse(next));
          }}
        >
          {scopes.map((each, index) => (
            <option key={JSON.stringify(each)} value={index}>
              {scopeWords(each, nameOf)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Earlier results</span>
        <select
          className="field"
          value={reuse === "never" ? "never" : "always"}
          onChange={(event) =>
            previewRun(scope, event.target.value === "never" ? "never" : "always")
          }
        >
          <option value="always">Reuse them where nothing changed</option>
          <option value="never">Make everything anew</option>
        </select>
      </label>
    </div>
  );
}

/** What can be run: by the selection, and by the run that is shown. */
function useScopes(asked: Scope): Scope[] {
  const selected = useSession((state) => state.selectedNodes);
  const run = useShownRun();
  const [first] = selected;
  const scopes: Scope[] = [{ kind: "all" }];
  if (selected.size > 0) scopes.push({ kind: "nodes", nodeIds: [...selected] });
  if (first && selected.size === 1) {
    scopes.push({ kind: "from", nodeId: first }, { kind: "until", nodeId: first });
  }
  const status = run?.summary.status;
  if (run && (status === "FAILED" || status === "CANCELLED")) {
    scopes.push({ kind: "failed", runId: run.summary.id });
  }
  const known = scopes.some((each) => JSON.stringify(each) === JSON.stringify(asked));
  return known ? scopes : [...scopes, asked];
}

function Answer({ told: { steps, problems, failure } }: { told: Told }) {
  if (failure) return <p className="reason reason--FAILED">{failure}</p>;
  if (problems.length) return <Problems problems={problems} />;
  const of = (action: PlanStepRead["action"]) => steps.filter((step) => step.action === action);
  return (
    <>
      <Summary steps={steps} />
      <Group title="Runs" icon={<Play aria-hidden />} steps={of("run")} />
      <Group title="Reused" icon={<Recycle aria-hidden />} steps={of("reuse")} />
      <Group title="Left out" icon={<SkipForward aria-hidden />} steps={of("skip")} />
    </>
  );
}

/** Whether it costs something: how many models are asked. */
function Summary({ steps }: { steps: readonly PlanStepRead[] }) {
  const { byId } = useCatalogue();
  const nodes = useDocument((state) => nodesById(state.graph));
  const runs = steps.filter((step) => step.action === "run");
  const models = runs.filter(
    ({ nodeId }) => byId.get(nodes.get(nodeId)?.type ?? "")?.category === "ai",
  );
  const asked =
    models.length === 0
      ? "No model is asked, so it costs nothing."
      : `${many(models.length, "model call")}.`;
  return (
    <p className="plan__summary">
      {runs.length ? `${many(runs.length, "node")} to run. ` : "Nothing has to run. "}
      {asked}
    </p>
  );
}

interface GroupProps {
  title: string;
  icon: ReactNode;
  steps: readonly PlanStepRead[];
}

function Group({ title, icon, steps }: GroupProps) {
  if (steps.length === 0) return null;
  return (
    <section aria-label={title} data-plan={title}>
      <h3 className="plan__title">
        {icon} {title} <span className="muted">{steps.length}</span>
      </h3>
      <ul className="plan__list">
        {steps.map(({ nodeId, reason }) => (
          <Line key={nodeId} nodeId={nodeId} text={reason} />
        ))}
      </ul>
    </section>
  );
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  return (
    <ul className="plan__list" aria-label="Problems">
      {problems.map((problem) => (
        <Line
          key={`${problem.code} ${problem.nodeId} ${problem.message}`}
          nodeId={problem.nodeId}
          text={problem.message}
          bad
        />
      ))}
    </ul>
  );
}

/** One node and a sentence about it; a press leads to the node. */
function Line({
  nodeId,
  text,
  bad = false,
}: {
  nodeId: string | null;
  text: string;
  bad?: boolean;
}) {
  const catalogue = useCatalogue();
  const nameOf = useNames();
  const node = useDocument((state) => nodeId && nodesById(state.graph).get(nodeId));
  const spec = node ? catalogue.byId.get(node.type) : undefined;
  const name = node && nodeId ? nameOf(nodeId) : "The workflow";
  return (
    <li className="plan__line" style={kindStyle(catalogue, spec?.output)}>
      <span className="entry__icon">
        {bad || !spec ? <TriangleAlert aria-hidden /> : <TypeIcon spec={spec} />}
      </span>
      <span className="plan__text">
        <strong>{name}</strong>
        <span className="muted">{text}</span>
      </span>
      {node && (
        <Button small look="quiet" aria-label={`Go to ${name}`} onClick={() => goTo(node.id)}>
          <LocateFixed aria-hidden /> Go to
        </Button>
      )}
    </li>
  );
}

function goTo(nodeId: string): void {
  close();
  select([nodeId]);
  requestAnimationFrame(() => focusNode(nodeId));
}
