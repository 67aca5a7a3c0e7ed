/** What a run would do, before it does: what runs, what is reused, what is left out, and why. */

import { LoaderCircle, LocateFixed, Play, Recycle, SkipForward, TriangleAlert } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { ApiError, errorMessage } from "../../api/client";
import { planWorkflow } from "../../api/sdk";
import type { PlanStepRead, Problem } from "../../generated/api";
import { NodeTypeIcon } from "../../nodes/NodeTypeIcon";
import { kindStyle } from "../../nodes/kindStyle";
import { useNodeNames } from "../../panels/runs/useNodeNames";
import { formatCount, formatScope } from "../../panels/runs/format";
import { nodesById, useDocument } from "../../stores/document";
import {
  closeRunPreview,
  setRunPreview,
  type RunPreview,
  type Scope,
  useView,
} from "../../stores/view";
import { useShownRun } from "../../stores/runs";
import { useReadable } from "../../stores/names";
import { useCatalogue } from "../../stores/server";
import { openDialog, select, useSession } from "../../stores/session";
import { defaultReuse } from "../../sync/startRun";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { queryClient } from "../../ui/lists/usePagedList";
import { editor } from "../../sync/editor";

function close(): void {
  openDialog(null);
  closeRunPreview();
}

export default function RunPreviewDialog() {
  const open = useSession((state) => state.dialog === "run");
  const preview = useView((state) => state.runPreview);
  if (!open || !preview) return null;
  return <OpenDialog preview={preview} />;
}

interface PlanResult {
  steps: readonly PlanStepRead[];
  problems: readonly Problem[];
  failure: string | null;
}

function OpenDialog({ preview }: { preview: RunPreview }) {
  const result = usePlan(preview);
  const runs = result?.steps.filter((step) => step.action === "run").length ?? 0;
  const { scope, reuse } = preview;
  return (
    <Dialog
      open
      wide
      onClose={close}
      title={result?.problems.length ? "This cannot run yet" : "What a run would do"}
      buttons={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!result || result.steps.length === 0}
            onClick={() => {
              close();
              void editor.starter.start(scope, reuse);
            }}
          >
            <Play aria-hidden /> {runs ? `Run ${formatCount(runs, "node")}` : "Run"}
          </Button>
        </>
      }
    >
      <PreviewOptions preview={preview} />
      <div className="plan" aria-live="polite" aria-busy={!result}>
        {result ? (
          <PlanContent result={result} />
        ) : (
          <p className="muted plan__wait">
            <LoaderCircle aria-hidden className="spin" /> Looking …
          </p>
        )}
      </div>
    </Dialog>
  );
}

/**
 * Asks the server, after it has what is on the canvas; null while that takes. Not where a start was
 * refused a moment ago: it would be refused for the same problems.
 */
function usePlan({ scope, reuse, problems }: RunPreview): PlanResult | null {
  const workflowId = useDocument((state) => state.workflowId) ?? 0;
  const { data, error } = useQuery(
    {
      queryKey: ["plan", workflowId, scope, reuse],
      enabled: problems.length === 0,
      queryFn: async ({ signal }) => {
        await editor.saver.flush();
        return planWorkflow({ path: { workflowId }, body: { scope, reuse }, signal });
      },
    },
    queryClient,
  );
  if (data) return { steps: data.steps, problems: [], failure: null };
  if (problems.length) return { steps: [], problems, failure: null };
  if (!error) return null;
  const refused = error instanceof ApiError ? error.problems : [];
  const failure = refused.length ? null : errorMessage(error);
  return { steps: [], problems: refused, failure };
}

/** Which nodes, and whether anew. */
function PreviewOptions({ preview: { scope, reuse } }: { preview: RunPreview }) {
  const scopes = useScopes(scope);
  const nameOf = useNodeNames();
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
            if (next) setRunPreview(next, defaultReuse(next));
          }}
        >
          {scopes.map((each, index) => (
            <option key={JSON.stringify(each)} value={index}>
              {formatScope(each, nameOf)}
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
            setRunPreview(scope, event.target.value === "never" ? "never" : "always")
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
function useScopes(requested: Scope): Scope[] {
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
  const known = scopes.some((each) => JSON.stringify(each) === JSON.stringify(requested));
  return known ? scopes : [...scopes, requested];
}

function PlanContent({ result: { steps, problems, failure } }: { result: PlanResult }) {
  if (failure) return <p className="reason reason--FAILED">{failure}</p>;
  if (problems.length) return <PlanProblems problems={problems} />;
  const withAction = (action: PlanStepRead["action"]) =>
    steps.filter((step) => step.action === action);
  return (
    <>
      <Summary steps={steps} />
      <PlanGroup title="Runs" icon={<Play aria-hidden />} steps={withAction("run")} />
      <PlanGroup title="Reused" icon={<Recycle aria-hidden />} steps={withAction("reuse")} />
      <PlanGroup title="Left out" icon={<SkipForward aria-hidden />} steps={withAction("skip")} />
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
  const requested =
    models.length === 0
      ? "No model is asked, so it costs nothing."
      : `${formatCount(models.length, "model call")}.`;
  return (
    <p className="plan__summary">
      {runs.length ? `${formatCount(runs.length, "node")} to run. ` : "Nothing has to run. "}
      {requested}
    </p>
  );
}

interface GroupProps {
  title: string;
  icon: ReactNode;
  steps: readonly PlanStepRead[];
}

function PlanGroup({ title, icon, steps }: GroupProps) {
  if (steps.length === 0) return null;
  return (
    <section aria-label={title} data-plan={title}>
      <h3 className="plan__title">
        {icon} {title} <span className="muted">{steps.length}</span>
      </h3>
      <ul className="plan__list">
        {steps.map(({ nodeId, reason }) => (
          <PlanLine key={nodeId} nodeId={nodeId} text={reason} />
        ))}
      </ul>
    </section>
  );
}

function PlanProblems({ problems }: { problems: readonly Problem[] }) {
  return (
    <ul className="plan__list" aria-label="Problems">
      {problems.map((problem) => (
        <PlanLine
          key={`${problem.code} ${problem.nodeId} ${problem.message}`}
          nodeId={problem.nodeId}
          text={problem.message}
          isProblem
        />
      ))}
    </ul>
  );
}

/** One node and a sentence about it; a press leads to the node. */
function PlanLine({
  nodeId,
  text,
  isProblem = false,
}: {
  nodeId: string | null;
  text: string;
  isProblem?: boolean;
}) {
  const catalogue = useCatalogue();
  const nameOf = useNodeNames();
  const node = useDocument((state) => nodeId && nodesById(state.graph).get(nodeId));
  const spec = node ? catalogue.byId.get(node.type) : undefined;
  const name = node && nodeId ? nameOf(nodeId) : "The workflow";
  return (
    <li className="plan__line" style={kindStyle(catalogue, spec?.output)}>
      <span className="entry__icon">
        {isProblem || !spec ? <TriangleAlert aria-hidden /> : <NodeTypeIcon spec={spec} />}
      </span>
      <span className="plan__text">
        <strong>{name}</strong>
        <span className="muted">{useReadable(text)}</span>
      </span>
      {node && (
        <Button small variant="quiet" aria-label={`Go to ${name}`} onClick={() => goTo(node.id)}>
          <LocateFixed aria-hidden /> Go to
        </Button>
      )}
    </li>
  );
}

function goTo(nodeId: string): void {
  close();
  select([nodeId]);
  requestAnimationFrame(() => editor.view.focusNode(nodeId));
}
