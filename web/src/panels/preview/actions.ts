/** Buttons of the panels: each tells what went wrong. */

import { errorMessage } from "../../api/client";
import { readRunGraph } from "../../api/graphs";
import { listWorkflowRuns } from "../../api/sdk";
import type { VersionRead } from "../../generated/api";
import type { RunBase } from "../../stores/runs";
import type { GraphNode } from "../../graph/document";
import { undoStep } from "../../editing/actions";
import { commit, currentGraph, isReadOnly, nodesById, useDocument } from "../../stores/document";
import { type ComparedRef, openRunInPanel } from "../../stores/view";
import { notify, select } from "../../stores/session";
import { versionRef } from "../../sync/versionPreview";
import { editor } from "../../sync/editor";

/** Among so many of the newest runs the one before is looked for. */
const LISTED_RUNS = 100;

export function notifyError(error: unknown): void {
  notify(errorMessage(error), "error");
}

/** Shows what a run did: on the canvas as it is, or as it was if something old is there anyway. */
export async function showRunOnCanvas(runId: string): Promise<void> {
  await (isReadOnly() ? editor.preview.showRun(runId) : editor.runs.openRun(runId)).catch(
    notifyError,
  );
}

export async function showRunGraph(runId: string): Promise<void> {
  await editor.preview.showRun(runId).catch(notifyError);
}

export async function showVersion(version: VersionRead): Promise<void> {
  const { workflowId } = useDocument.getState();
  if (workflowId !== null) await editor.preview.showVersion(workflowId, version).catch(notifyError);
}

/** Closes the run that is open in the panel; the canvas shows the newest one again. */
export function closeRun(): void {
  openRunInPanel(null);
  const { workflowId } = useDocument.getState();
  if (workflowId !== null && !isReadOnly()) void editor.runs.showLatest(workflowId);
}

export async function restoreWithNotice(version: string): Promise<void> {
  try {
    if (!(await editor.preview.restore(version))) return; // the dialog asks
    notify("Restored. What was here before stays in the history.", "success", {
      label: "Undo",
      run: undoStep,
    });
  } catch (error) {
    notifyError(error);
  }
}

/** Restores the workflow that a run ran. */
export async function restoreRunGraph(runId: string): Promise<void> {
  const was = await readRunGraph(runId).catch(notifyError);
  if (was) await restoreWithNotice(versionRef(was));
}

/** Shows two graphs together on the canvas, and in the panel how they differ. */
export async function compare(before: ComparedRef, after: ComparedRef): Promise<void> {
  await editor.preview.compare(before, after).catch(notifyError);
}

/** Compares a run with the one before it; the first one with what is drawn now. */
export async function compareRun({ id, workflowId }: RunBase): Promise<void> {
  const query = { limit: LISTED_RUNS };
  const page = await listWorkflowRuns({ path: { workflowId }, query }).catch(notifyError);
  if (!page) return;
  const at = page.items.findIndex((run) => run.id === id);
  const before = at < 0 ? undefined : page.items[at + 1];
  const run = { kind: "run", id } as const;
  if (before) await compare({ kind: "run", id: before.id }, run);
  else await compare(run, { kind: "now" });
}

/** Gives a node of the document the settings that it has in a graph that is compared; that is undone in one step. */
export function adoptParams(node: GraphNode): void {
  editor.preview.close();
  const there = nodesById(currentGraph()).has(node.id);
  commit((graph) =>
    there
      ? { ...graph, nodes: graph.nodes.map((each) => withParamsOf(each, node)) }
      : { ...graph, nodes: [...graph.nodes, node] },
  );
  select([node.id]);
  editor.view.focusNode(node.id);
  const text = there ? "The node has those settings now." : "The node is there again.";
  notify(text, "success", { label: "Undo", run: undoStep });
}

/** What people call it stays. */
function withParamsOf(node: GraphNode, other: GraphNode): GraphNode {
  if (node.id !== other.id) return node;
  const { label } = node.data;
  return { ...node, data: { ...other.data, ...(label === undefined ? {} : { label }) } };
}

/** Puts the document back on the canvas. */
export function closePreview(): void {
  editor.preview.close();
}
