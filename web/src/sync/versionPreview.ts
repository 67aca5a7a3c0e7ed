/** The canvas as it was: in a run, or in a version of the history. Looked at, and restored. */

import { ApiError } from "../api/client";
import {
  type HistoricalGraph,
  readRunGraph,
  readVersion,
  readWorkflow,
  restoreVersion,
} from "../api/graphs";
import type { VersionRead } from "../generated/api";
import { compareGraphs } from "../graph/compare/graphs";
import type { Graph, Viewport } from "../graph/document";
import type { EditorStores } from "../stores/editorStores";
import type { RunsState } from "../stores/runs";
import { UNCHECKED } from "../stores/server";
import type { ComparedRef, ComparedSide, ViewState } from "../stores/view";
import type { RunFollower } from "./runs";
import type { Saver } from "./save";

type ShownRuns = Pick<RunsState, "shownId" | "fallbackRunIds">;

/** What is put back when the preview is closed. */
interface ReturnState {
  resumeSaving: () => void;
  shown: ShownRuns;
  viewport: Viewport;
}

const UNSAVED_CHANGES =
  "Your newest changes are not on the server yet, so nothing was restored. Try again once they are saved.";

/** The name of a version for the server. */
export function versionRef({ id, revision }: HistoricalGraph): string {
  return revision === null ? id : String(revision);
}

export class VersionPreviewer {
  private returnState: ReturnState | null = null;

  constructor(
    private readonly stores: EditorStores,
    private readonly saver: Saver,
    private readonly runs: RunFollower,
  ) {}

  /** Shows the graph of a run with what it did. Raises ApiError. */
  async showRun(runId: string): Promise<void> {
    const shown = this.stores.runs.state;
    const [run, graph] = await Promise.all([this.runs.openRun(runId), readRunGraph(runId)]);
    const preview = { version: versionRef(graph), savedAt: run.createdAt, runId, label: null };
    const view = { versionPreview: preview, comparison: null };
    await this.show(run.workflowId, graph.graph, view, shown);
  }

  /** Shows a version, without any run. Raises ApiError. */
  async showVersion(workflowId: number, version: VersionRead): Promise<void> {
    const shown = this.stores.runs.state;
    const graph = await readVersion(workflowId, String(version.revision));
    const { createdAt: savedAt, label } = version;
    const preview = { version: versionRef(graph), savedAt, runId: null, label };
    const view = { versionPreview: preview, comparison: null };
    await this.show(workflowId, graph.graph, view, shown);
    this.stores.runs.show(null);
  }

  /** Shows two graphs together, with the results of the later one over those of the earlier one. */
  async compare(before: ComparedRef, after: ComparedRef): Promise<void> {
    const { document, runs } = this.stores;
    const { workflowId } = document.state;
    if (workflowId === null) return;
    const shown = runs.state;
    const [one, other] = await Promise.all([
      this.readSide(workflowId, before),
      this.readSide(workflowId, after),
    ]);
    const differences = compareGraphs(one.graph, other.graph);
    const comparison = { before: one, after: other, ...differences };
    await this.show(workflowId, differences.union, { versionPreview: null, comparison }, shown);
    const [newest = null, ...earlier] = [other.runId, one.runId].filter((id) => id !== null);
    runs.show(newest, earlier);
  }

  private async readSide(workflowId: number, ref: ComparedRef): Promise<ComparedSide> {
    const { stashed, graph } = this.stores.document.state;
    if (ref.kind === "now") return { ref, graph: (stashed ?? { graph }).graph, runId: null };
    if (ref.kind === "version") {
      const read = await readVersion(workflowId, String(ref.revision));
      return { ref, graph: read.graph, runId: null };
    }
    const [read] = await Promise.all([readRunGraph(ref.id), this.runs.load(ref.id)]);
    return { ref, graph: read.graph, runId: ref.id };
  }

  private async show(
    workflowId: number,
    graph: Graph,
    shownInstead: Pick<ViewState, "versionPreview" | "comparison">,
    shown: ShownRuns,
  ): Promise<void> {
    const { document, server, session, view } = this.stores;
    if (!document.isReadOnly()) await this.saver.flush();
    if (document.state.workflowId !== workflowId) return;
    const { viewport } = session.state;
    if (!document.isReadOnly()) {
      this.returnState = { resumeSaving: this.saver.pause(), shown, viewport };
    }
    session.select([]);
    server.set(UNCHECKED);
    document.stashAndShow(graph);
    view.set(shownInstead);
  }

  /** Puts the document back on the canvas. */
  close(): void {
    const { document, runs, session, view } = this.stores;
    if (!document.isReadOnly()) return;
    const { returnState } = this;
    this.returnState = null;
    session.select([]);
    session.endNotices("preview");
    if (returnState) session.set({ viewport: returnState.viewport });
    document.restoreStash();
    view.set({ versionPreview: null, comparison: null });
    if (!returnState) return;
    returnState.resumeSaving();
    const { shownId, fallbackRunIds } = returnState.shown;
    if (view.state.openRunId === null) runs.show(shownId, fallbackRunIds);
  }

  /** Forgets everything that is looked at: another workflow is opened. */
  discard(): void {
    this.returnState = null;
    this.stores.view.reset();
  }

  /**
   * Makes an old version the current one, which can be undone; false where somebody else saved in
   * the meantime, so that people are asked which of the two they want. Raises ApiError or Error.
   */
  async restore(version: string): Promise<boolean> {
    const { document, server } = this.stores;
    this.close();
    await this.saver.flush();
    const { workflowId, graph: base } = document.state;
    const { save, revision } = server.state;
    if (workflowId === null) return false;
    if (save.kind !== "saved") throw new Error(UNSAVED_CHANGES);
    const isOpen = () => document.state.workflowId === workflowId;
    try {
      const restored = await restoreVersion(workflowId, version, revision);
      if (isOpen()) this.saver.adoptRestored(restored.graph, restored.revision);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      const [wanted, theirs] = await Promise.all([
        readVersion(workflowId, version),
        readWorkflow(workflowId),
      ]);
      if (isOpen()) this.saver.offerRestored(base, wanted.graph, theirs.graph, theirs.revision);
      return false;
    }
  }
}
