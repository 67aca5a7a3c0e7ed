/**
 * Saving: at once on this machine, soon after on the server. Moves go through the fast path;
 * content goes with the revision it is based on, so nobody is overwritten unseen.
 */

import { ApiError } from "../api/client";
import { readWorkflow, saveWorkflow } from "../api/graphs";
import { checkWorkflow, savePositions } from "../api/sdk";
import { difference, shareRecords } from "../graph/difference";
import type { Graph } from "../graph/document";
import { merge, type Side } from "../graph/merge/merge";
import type { EditorStores } from "../stores/editorStores";
import type { SaveState } from "../stores/server";
import type { Drafts } from "./browser/drafts";
import type { WorkflowEventRead } from "../generated/api";

const DRAFT_DELAY_MS = 60;
const SAVE_DELAY_MS = 700;
const RETRY_MS = 3_000;

type Timer = ReturnType<typeof setTimeout>;

/** The open workflow: what the server has of it, and what is under way. */
interface OpenWorkflow {
  workflowId: number;
  windowId: string;
  /** What the server has, at `revision`. */
  base: Graph;
  revision: number;
  /** What the server has by now, as it was told; and whether nodes were moved since they were read. */
  newest: number;
  moved: boolean;
  draftTimer?: Timer;
  saveTimer?: Timer;
  saving: Promise<void> | null;
  unsubscribe: () => void;
}

/** How a conflict is solved: one of the two, or both, where one side wins what collides. */
export type ConflictChoice = Side | { merged: Side };

export class Saver {
  private open: OpenWorkflow | null = null;
  private lastCheck = 0;

  constructor(
    private readonly stores: EditorStores,
    private readonly drafts: Drafts,
  ) {}

  /** Asked anew each time: it changes while something is awaited. */
  private isOpen(workflowId: number): boolean {
    return this.open?.workflowId === workflowId;
  }

  private get graph(): Graph {
    return this.stores.document.state.graph;
  }

  private setState(save: SaveState): void {
    this.stores.server.set({ save });
    if (save.kind === "saved") this.stores.session.endNotices("connection");
  }

  /** Begins to save a workflow; `base` is what the server has. */
  start(workflowId: number, windowId: string, base: Graph, revision: number): void {
    this.stop();
    this.stores.server.set({ revision, save: { kind: "saved" } });
    const unsubscribe = this.stores.document.use.subscribe((state, before) => {
      if (state.graph !== before.graph && state.workflowId === workflowId) this.onChange();
    });
    this.open = {
      ...{ workflowId, windowId, base, revision, newest: revision, moved: false },
      ...{ saving: null, unsubscribe },
    };
    if (difference(base, this.graph).kind !== "none") this.onChange();
  }

  stop(): void {
    const { open } = this;
    if (!open) return;
    if (difference(open.base, this.graph).kind !== "none") void this.storeDraft(open);
    clearTimeout(open.draftTimer);
    clearTimeout(open.saveTimer);
    open.unsubscribe();
    this.open = null;
  }

  /** Stops saving while an older graph stands in place of the document; gives how to go on. */
  pause(): () => void {
    const { open } = this;
    this.stop();
    return () => {
      if (!open) return;
      const { save } = this.stores.server.state;
      this.start(open.workflowId, open.windowId, open.base, open.revision);
      if (save.kind === "conflict") this.setState(save);
      void this.refreshProblems(open.workflowId).then(() => this.refreshIfStale());
    };
  }

  /** Takes over what the server made of a restored version; it is a step of undo. */
  adoptRestored(graph: Graph, revision: number): void {
    const { open } = this;
    if (!open) return;
    const restored = shareRecords(graph, this.graph);
    this.setBase(open, restored, revision);
    this.stores.document.commit(() => restored);
    void this.onSaved(open);
  }

  /**
   * Puts a version on the canvas beside what somebody else saved: people choose between the two.
   * `base` is what was here when they asked; by now, what the other saved may have arrived by itself.
   */
  offerRestored(base: Graph, wanted: Graph, theirs: Graph, revision: number): void {
    this.reportConflict(base, theirs, revision); // from now on nothing is sent
    this.stores.document.commit((graph) => shareRecords(wanted, graph));
  }

  private onChange(): void {
    const { open } = this;
    if (!open) return;
    clearTimeout(open.draftTimer);
    open.draftTimer = setTimeout(() => void this.storeDraft(open), DRAFT_DELAY_MS);
    const { save } = this.stores.server.state;
    if (save.kind === "conflict") return;
    if (save.kind !== "offline") this.setState({ kind: "waiting" });
    this.schedule(SAVE_DELAY_MS);
  }

  private schedule(milliseconds: number): void {
    if (!this.open) return;
    clearTimeout(this.open.saveTimer);
    this.open.saveTimer = setTimeout(() => void this.flush(), milliseconds);
  }

  private async storeDraft({ workflowId, windowId, base, revision }: OpenWorkflow): Promise<void> {
    const { document, session } = this.stores;
    const { graph } = document.state;
    if (document.state.workflowId !== workflowId) return;
    const draft = {
      ...{ workflowId, windowId, base, revision, graph, viewport: session.state.viewport },
      at: Date.now(),
    };
    await this.drafts.save(draft).catch(() => undefined); // without local storage, the server's copy has to do
  }

  /** Sends what is not saved yet, now; gives when that is done, whatever the outcome. */
  async flush(): Promise<void> {
    const { open } = this;
    if (!open) return;
    clearTimeout(open.saveTimer);
    if (open.saving) {
      await open.saving;
      return this.flush();
    }
    open.saving = this.save(open).finally(() => {
      open.saving = null;
    });
    await open.saving;
    await this.catchUp(open);
  }

  private async save(open: OpenWorkflow): Promise<void> {
    const { kind } = this.stores.server.state.save;
    if (kind === "conflict") return;
    const { graph } = this;
    const change = difference(open.base, graph);
    if (change.kind === "none" && kind === "saved") return;
    try {
      if (change.kind === "positions") {
        this.setState({ kind: "saving" });
        const { positions } = change;
        await savePositions({ path: { workflowId: open.workflowId }, body: { positions } });
        open.base = graph;
      } else if (change.kind === "content") {
        this.setState({ kind: "saving" });
        await this.saveContent(open, graph);
      }
      if (this.open === open) await this.onSaved(open);
    } catch (error) {
      if (this.open === open) await this.onError(open, error);
    }
  }

  private async saveContent(open: OpenWorkflow, graph: Graph): Promise<void> {
    const { viewport } = this.stores.session.state;
    const saved = await saveWorkflow(open.workflowId, open.revision, graph, viewport);
    const answered = shareRecords(saved.graph, graph);
    open.revision = saved.revision;
    open.base = answered;
    if (this.open !== open) return;
    this.stores.server.set({ revision: saved.revision });
    if (answered !== graph && this.graph === graph) this.stores.document.adoptGraph(answered); // images became assets
  }

  private async onSaved(open: OpenWorkflow): Promise<void> {
    if (difference(open.base, this.graph).kind !== "none") {
      this.onChange();
      return;
    }
    clearTimeout(open.draftTimer);
    this.setState({ kind: "saved" });
    await this.drafts.delete(open.workflowId, open.windowId).catch(() => undefined);
    await this.refreshProblems(open.workflowId);
  }

  /** Asks what is wrong with the stored graph, and which of the shown results no longer fit it. */
  async refreshProblems(workflowId: number): Promise<void> {
    if (!this.isOpen(workflowId)) return;
    const { shownId, fallbackRunIds } = this.stores.runs.state;
    const run = shownId === null ? [] : [shownId, ...fallbackRunIds];
    this.lastCheck += 1;
    const check = this.lastCheck;
    const result = await checkWorkflow({ path: { workflowId }, query: { run } }).catch(() => null);
    if (!result || check !== this.lastCheck || !this.isOpen(workflowId)) return;
    const { problems, warnings } = result;
    const outOfDate = new Map(result.outOfDate.map((each) => [each.nodeId, each]));
    this.stores.server.set({ problems, warnings, outOfDate });
  }

  private async onError(open: OpenWorkflow, error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 409) return this.onConflict(open);
    if (error.retryable) {
      this.setState({ kind: "offline", reason: error.message });
      this.schedule(RETRY_MS);
      return;
    }
    const reasons = error.problems.map((problem) => problem.message);
    this.setState({ kind: "refused", reason: [error.message, ...reasons].join(" ") });
  }

  private async onConflict(open: OpenWorkflow): Promise<void> {
    const theirs = await readWorkflow(open.workflowId).catch(() => null);
    if (this.open !== open) return;
    if (!theirs) {
      this.schedule(RETRY_MS);
      return;
    }
    if (difference(open.base, theirs.graph).kind !== "content") {
      open.revision = theirs.revision; // saved again without a change of content
      this.schedule(0);
      return;
    }
    if (difference(this.graph, theirs.graph).kind === "none") {
      this.setBase(open, theirs.graph, theirs.revision); // both did the same
      return this.onSaved(open);
    }
    const merged = merge(open.base, this.graph, theirs.graph, "mine");
    if (merged.conflicts.length) {
      this.reportConflict(open.base, theirs.graph, theirs.revision);
      return;
    }
    // The two do not touch each other: both are kept, and nobody is asked.
    const mine = this.graph;
    this.setBase(open, shareRecords(theirs.graph, mine), theirs.revision);
    this.stores.document.adoptGraph(shareRecords(merged.graph, mine));
    this.schedule(0);
  }

  private setBase(open: OpenWorkflow, base: Graph, revision: number): void {
    open.base = base;
    open.revision = revision;
    this.stores.server.set({ revision });
  }

  /** Says that the open document and the server's diverged after `base`. */
  reportConflict(base: Graph, theirs: Graph, revision: number): void {
    this.setState({ kind: "conflict", base, theirs, revision });
  }

  /** Solves the conflict; what results is a step of undo, and is saved. */
  resolveConflict(choice: ConflictChoice): void {
    const { save } = this.stores.server.state;
    if (save.kind !== "conflict" || !this.open) return;
    const { base, theirs, revision } = save;
    const mine = this.graph;
    const { commit } = this.stores.document;
    this.setBase(this.open, theirs, revision);
    this.setState({ kind: "waiting" });
    if (choice === "theirs") commit(() => shareRecords(theirs, mine));
    if (typeof choice === "object") {
      commit(() => shareRecords(merge(base, mine, theirs, choice.merged).graph, mine));
    }
    this.onChange();
  }

  /** Somebody saved, in whatever window: takes that over if there is nothing unsaved here. */
  async onSavedElsewhere(workflowId: number, change: Omit<WorkflowEventRead, "kind">) {
    const { open } = this;
    if (open?.workflowId !== workflowId) return;
    open.newest = Math.max(open.newest, change.revision);
    open.moved ||= change.moved;
    await this.catchUp(open);
  }

  /** Reads what is newer on the server. What is unsaved here finds that out when it is saved. */
  private async catchUp(open: OpenWorkflow): Promise<void> {
    const { save } = this.stores.server.state;
    if (this.open !== open || open.saving) return;
    if (save.kind === "conflict") {
      if (open.newest > save.revision) await this.refreshConflict(open);
    } else if (open.newest > open.revision || open.moved) {
      if (difference(open.base, this.graph).kind === "none") await this.reload(open);
    }
  }

  /** Shows what the server has by now as theirs. */
  private async refreshConflict(open: OpenWorkflow): Promise<void> {
    const stored = await readWorkflow(open.workflowId).catch(() => null);
    const { save } = this.stores.server.state;
    if (!stored || this.open !== open || save.kind !== "conflict") return;
    this.reportConflict(save.base, stored.graph, stored.revision);
  }

  private async reload(open: OpenWorkflow): Promise<void> {
    const before = this.graph;
    const stored = await readWorkflow(open.workflowId).catch(() => null);
    if (!stored || this.open !== open || this.graph !== before || open.saving) return;
    const graph = shareRecords(stored.graph, before);
    open.moved = false;
    this.setBase(open, graph, stored.revision);
    if (difference(before, graph).kind === "none") return;
    this.stores.document.adoptGraph(graph);
    await this.refreshProblems(open.workflowId);
  }

  /** Reads what is newer on the server: after sleep, or when the window is seen again. */
  async refreshIfStale(): Promise<void> {
    const { open } = this;
    if (!open || open.saving || difference(open.base, this.graph).kind !== "none") {
      return this.flush();
    }
    const stored = await readWorkflow(open.workflowId).catch(() => null);
    if (stored && this.open === open && stored.revision > open.revision) await this.reload(open);
  }
}
