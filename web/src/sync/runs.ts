/**
 * Runs of the open workflow: started, followed live, shown. Events bring states and results; the
 * whole run is read once, at its end, for what they do not say: inputs, tokens, exact times.
 */

import { followRun, type RunEvent } from "../api/events";
import { isTerminal } from "../api/status";
import { listWorkflowRuns, readRun, readRunNode, startRun } from "../api/sdk";
import type { NodeEventRead, RunCreate, RunRead } from "../generated/api";
import { randomId } from "../graph/id";
import type { EditorStores } from "../stores/editorStores";
import type { Saver } from "./save";

/** Runs that are followed at once: browsers allow six connections to one server. */
const MAX_FOLLOWED = 3;

/** Runs of parts, one after the other, whose results are still shown together. */
const MAX_FALLBACK_RUNS = 5;

export class RunFollower {
  /** The runs whose events are read, the one that was shown last at the end. */
  private readonly followed = new Map<string, AbortController>();

  constructor(
    private readonly stores: EditorStores,
    private readonly saver: Saver,
  ) {}

  stopAll(): void {
    for (const stop of this.followed.values()) stop.abort();
    this.followed.clear();
  }

  /** Whether news of a run arrive by themselves. */
  isFollowed(id: string): boolean {
    return this.followed.has(id);
  }

  /** Saves, starts a run, and shows it on the canvas. Raises ApiError. */
  async start(request: RunCreate): Promise<RunRead | null> {
    const { document, runs } = this.stores;
    const { workflowId } = document.state;
    if (workflowId === null) return null;
    await this.saver.flush();
    const started = await startRun({
      path: { workflowId },
      body: request,
      // So that a repeated request starts no second run.
      headers: { "Idempotency-Key": randomId(24) },
    });
    const { shownId, fallbackRunIds } = runs.state;
    runs.merge(started);
    const earlier = started.scope.kind === "all" || !shownId ? [] : [shownId, ...fallbackRunIds];
    this.show(started, earlier.slice(0, MAX_FALLBACK_RUNS));
    return started;
  }

  /** Shows a run on the canvas, live if it still goes on. Raises ApiError. */
  async openRun(id: string): Promise<RunRead> {
    const read = await this.load(id);
    const { shownId, fallbackRunIds } = this.stores.runs.state;
    this.show(read, shownId === id ? fallbackRunIds : []);
    return read;
  }

  /** Reads a run, and shows nothing. Raises ApiError. */
  async load(id: string): Promise<RunRead> {
    const read = await readRun({ path: { runId: id } });
    this.merge(read);
    return read;
  }

  /**
   * Shows the newest run, so that results are there when a workflow is opened; if that was about a
   * part, with what earlier ones gave beneath.
   */
  async showLatest(workflowId: number): Promise<void> {
    const query = { limit: 1 + MAX_FALLBACK_RUNS };
    const page = await listWorkflowRuns({ path: { workflowId }, query }).catch(() => null);
    const listed = page?.items ?? [];
    const whole = listed.findIndex((run) => run.scope.kind === "all");
    const ids = listed.slice(0, whole < 0 ? listed.length : whole + 1).map((run) => run.id);
    const read = await Promise.all(
      ids.map((runId) => readRun({ path: { runId } }).catch(() => null)),
    );
    const [newest, ...earlier] = read.filter((run) => run !== null);
    if (!newest || this.stores.document.state.workflowId !== workflowId) return;
    for (const run of [newest, ...earlier]) this.merge(run);
    this.show(
      newest,
      earlier.map((run) => run.id),
    );
  }

  private show({ id, status }: RunRead, fallbackRunIds: readonly string[]): void {
    this.stores.runs.show(id, fallbackRunIds);
    if (!isTerminal(status)) this.follow(id);
  }

  private follow(id: string): void {
    const known = this.followed.get(id);
    this.followed.delete(id);
    const stop = known ?? new AbortController();
    this.followed.set(id, stop);
    if (known) return;
    this.stopOldest();
    const { runs } = this.stores;
    const listener = {
      onEvent: (event: RunEvent) => {
        runs.applyEvent(id, event);
        if (event.type === "node") this.readLargeOutput(event.data, stop.signal);
      },
      onConnection: (connected: boolean) => runs.setConnected(id, connected),
      onEnd: () => {
        this.followed.delete(id);
        void this.refresh(id, stop.signal);
      },
    };
    void followRun(id, listener, stop.signal);
  }

  private stopOldest(): void {
    const [oldest] = this.followed;
    if (!oldest || this.followed.size <= MAX_FOLLOWED) return;
    oldest[1].abort();
    this.followed.delete(oldest[0]);
  }

  /** Reads a node whose output is too long to come with its event. */
  private readLargeOutput(event: NodeEventRead, signal: AbortSignal): void {
    const { runId, nodeId, status, output, outputs } = event;
    const { runs } = this.stores;
    if (status !== "COMPLETED" || output || Object.keys(outputs).length) return;
    if (runs.state.runs[runId]?.nodes[nodeId]?.output) return;
    readRunNode({ path: { runId, nodeId }, signal }).then(
      (read) => signal.aborted || runs.mergeNode(runId, read),
      () => undefined, // the whole run is read at its end
    );
  }

  /** Takes over a run, then one by one the outputs that are too long to come with it. */
  private merge(read: RunRead): void {
    this.stores.runs.merge(read);
    void this.readLargeOutputs(read);
  }

  private async readLargeOutputs(read: RunRead): Promise<void> {
    const { runs } = this.stores;
    for (const { nodeId, status, output, outputs } of read.nodeExecutions) {
      if (status !== "COMPLETED" || output || Object.keys(outputs).length) continue;
      if (!runs.state.runs[read.id] || runs.state.runs[read.id]?.nodes[nodeId]?.output) continue;
      const node = await readRunNode({ path: { runId: read.id, nodeId } }).catch(() => null);
      if (node && runs.state.runs[read.id]) runs.mergeNode(read.id, node);
    }
  }

  /** Takes over what the server has of a known run; where it does not answer, nothing. */
  async refresh(id: string, signal: AbortSignal): Promise<void> {
    const { runs } = this.stores;
    const read = await readRun({ path: { runId: id }, signal }).catch(() => null);
    if (read && !signal.aborted && runs.state.runs[id]) this.merge(read);
  }
}
