/** One editor: its stores, the workflow that is open in it, the runs it follows, its view. */

import { ApiError } from "../api/client";
import { followWorkflow } from "../api/events";
import { readWorkflow, type StoredWorkflow } from "../api/graphs";
import { difference } from "../graph/difference";
import type { WorkflowEventRead } from "../generated/api";
import type { EditorStores } from "../stores/editorStores";
import { endedResults, type RunsState } from "../stores/runs";
import { UNCHECKED } from "../stores/server";
import { CanvasView, loadViewport } from "./canvasView";
import { type Draft, Drafts } from "./browser/drafts";
import { RunFollower } from "./runs";
import { Saver } from "./save";
import { RunStarter } from "./startRun";
import { loadHistory, storeHistory } from "./browser/undoHistory";
import { VersionPreviewer } from "./versionPreview";
import { listOpenWindows, OwnWindow } from "./browser/windows";

export class EditorSession {
  readonly drafts = new Drafts();
  readonly window = new OwnWindow();
  readonly saver: Saver;
  readonly runs: RunFollower;
  readonly preview: VersionPreviewer;
  readonly starter: RunStarter;
  readonly view = new CanvasView();
  private following: AbortController | null = null;
  /** What was copied last, for browsers that let nobody read the clipboard. */
  lastClip: string | null = null;

  constructor(readonly stores: EditorStores) {
    this.saver = new Saver(stores, this.drafts);
    this.runs = new RunFollower(stores, this.saver);
    this.preview = new VersionPreviewer(stores, this.saver, this.runs);
    this.starter = new RunStarter(stores, this.runs, this.preview, this.saver);
    stores.runs.use.subscribe((state, before) => {
      const results = endedResults(state);
      if (results === null || results === endedResults(before)) return;
      const hasJustEnded = state.shownId === before.shownId && endedResults(before) === null;
      if (!hasJustEnded || !this.ranWhatIsStored(state)) this.checkResults();
    });
  }

  /** Whether the shown run was of all of the graph that the server has: every result of it fits. */
  private ranWhatIsStored({ runs, shownId, fallbackRunIds }: RunsState): boolean {
    const summary = shownId === null ? undefined : runs[shownId]?.summary;
    const whole = summary?.scope.kind === "all" && fallbackRunIds.length === 0;
    return whole && summary.revision === this.stores.server.state.revision;
  }

  /** Other results are shown, or a run has ended: asks which of them fit what is drawn. */
  private checkResults(): void {
    const { document } = this.stores;
    const { workflowId } = document.state;
    if (workflowId !== null && !document.isReadOnly()) void this.saver.refreshProblems(workflowId);
  }

  /** Opens a workflow: from the server, with the edits of this machine that it lacks. Raises ApiError. */
  async open(id: number, signal: AbortSignal): Promise<void> {
    const { document, server, session } = this.stores;
    const windowId = await this.window.id;
    const draft = await this.findDraft(id, windowId);
    const stored = await readWorkflow(id, signal).catch((error: unknown) =>
      this.openOffline(error, draft),
    );
    if (signal.aborted) return;
    this.close();
    document.open(id, draft?.graph ?? stored.graph);
    loadHistory(document, id);
    session.resetCanvas(loadViewport(id) ?? stored.viewport);
    server.set(UNCHECKED);
    if (draft && draft.revision !== stored.revision && haveDiverged(draft, stored)) {
      this.saver.start(id, windowId, draft.base, draft.revision);
      await this.saver.flush(); // merges the two, or finds the conflict
    } else {
      this.saver.start(id, windowId, stored.graph, stored.revision);
    }
    this.followSaves();
    await Promise.all([this.saver.refreshProblems(id), this.runs.showLatest(id)]);
  }

  /** Leaves the workflow that is open; what is not saved stays on this machine. */
  close(): void {
    this.following?.abort();
    storeHistory(this.stores.document);
    void this.saver.flush();
    this.saver.stop();
    this.runs.stopAll();
    this.preview.discard();
    this.stores.runs.clear();
    this.stores.document.close();
  }

  /** Follows the saves of the open workflow, for as long as somebody can see it: connections are few. */
  private followSaves(): void {
    this.following?.abort();
    const { workflowId } = this.stores.document.state;
    if (workflowId === null || document.hidden) return;
    this.following = new AbortController();
    const onChange = (change: WorkflowEventRead) =>
      void this.saver.onSavedElsewhere(workflowId, change);
    void followWorkflow(workflowId, onChange, this.following.signal);
  }

  /** Unsaved edits of this window, or of one that is closed by now. */
  private async findDraft(id: number, windowId: string): Promise<Draft | undefined> {
    const drafts = await this.drafts.list(id).catch(() => []);
    const own = drafts.find((draft) => draft.windowId === windowId);
    if (own) return own;
    const open = await listOpenWindows();
    const [orphan] = drafts
      .filter((draft) => !open.has(draft.windowId))
      .sort((a, b) => b.at - a.at);
    if (orphan) await this.drafts.delete(id, orphan.windowId);
    return orphan;
  }

  /** Without the server, the copy on this machine is what there is. */
  private openOffline(error: unknown, draft: Draft | undefined): StoredWorkflow {
    if (!draft || !(error instanceof ApiError) || !error.retryable) throw error;
    const { notify } = this.stores.session;
    notify(
      "The server cannot be reached; this is the copy on this machine.",
      ...(["info", null, "connection"] as const),
    );
    const { workflowId, revision, base, viewport } = draft;
    return { id: workflowId, revision, graph: base, viewport };
  }

  /** Listens to the network and to this page being hidden; gives how to stop. */
  listen(): () => void {
    const onOnline = () => {
      this.followSaves();
      void this.saver.flush();
    };
    const onVisibility = () => {
      this.followSaves();
      if (document.hidden) storeHistory(this.stores.document);
      void (document.hidden ? this.saver.flush() : this.saver.refreshIfStale());
    };
    const onPageHide = () => {
      storeHistory(this.stores.document);
      void this.saver.flush();
    };
    addEventListener("online", onOnline);
    addEventListener("pagehide", onPageHide);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      removeEventListener("online", onOnline);
      removeEventListener("pagehide", onPageHide);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }
}

function haveDiverged(draft: Draft, stored: StoredWorkflow): boolean {
  return (
    difference(draft.base, stored.graph).kind === "content" &&
    difference(draft.graph, stored.graph).kind === "content"
  );
}
