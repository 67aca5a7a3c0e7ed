/** Starting a run from a button: what goes wrong is told where it can be put right. */

import { ApiError, errorMessage } from "../api/client";
import { isTerminal } from "../api/status";
import { cancelRun, pauseRun, resumeRun } from "../api/sdk";
import type { DeclaredInput, Problem } from "../generated/api";
import { findInput, readableName, typedInputs } from "../graph/function/declarations";
import type { EditorStores } from "../stores/editorStores";
import { countOutOfDate } from "../stores/outOfDate";
import type { Reuse, Scope } from "../stores/view";
import type { RunFollower } from "./runs";
import type { Saver } from "./save";
import type { VersionPreviewer } from "./versionPreview";

/**
 * What a button of this name should reuse (docs/adr/0026). Whoever runs everything, or what
 * something needs, wants results, and pays for none twice. Whoever points at nodes wants new ones.
 */
export function defaultReuse(scope: Scope): Reuse {
  if (scope.kind === "nodes" || scope.kind === "from") return "never";
  return "always";
}

export class RunStarter {
  constructor(
    private readonly stores: EditorStores,
    private readonly runs: RunFollower,
    private readonly preview: VersionPreviewer,
    private readonly saver: Saver,
  ) {}

  /** Starts a run of a part of the open workflow. */
  async start(scope: Scope, reuse = defaultReuse(scope)): Promise<void> {
    const { document, view } = this.stores;
    if (document.isReadOnly()) {
      this.offerToClosePreview();
      return;
    }
    try {
      const inputs = scope.kind === "all" ? typedInputs(document.state.graph) : {};
      const given = Object.keys(inputs).length ? { inputs } : {};
      const started = await this.runs.start({ scope, reuse, ...given });
      if (!started) return;
      this.stores.session.endNotices("run");
      if (view.state.openRunId) view.openRunInPanel(started.id);
      if (reuse !== "never") this.notifyIfAllReused(started.id, scope);
    } catch (error) {
      this.onRefused(scope, reuse, error);
    }
  }

  /** Runs what was changed to mend a run; where nothing was, what did not complete once more. */
  async retry(runId: string): Promise<void> {
    this.preview.close();
    await this.saver.flush();
    const { runs, server } = this.stores;
    const changed = countOutOfDate(server.state, runs.state) > 0;
    await this.start(changed ? { kind: "all" } : { kind: "failed", runId });
  }

  /** Runs again what did not complete in a run, with the inputs that it had there. */
  async repeat(runId: string): Promise<void> {
    this.preview.close();
    await this.start({ kind: "failed", runId });
  }

  async cancel(runId: string): Promise<void> {
    await cancelRun({ path: { runId } }).catch(this.notifyOfError);
  }

  /** Pauses a run once what is at work has ended; or has it go on. */
  async setPaused(runId: string, paused: boolean): Promise<void> {
    const request = paused ? pauseRun : resumeRun;
    const read = await request({ path: { runId } }).catch(this.notifyOfError);
    if (read) this.stores.runs.setPauseRequestedAt(runId, read.pauseRequestedAt);
  }

  private readonly notifyOfError = (error: unknown): void =>
    this.stores.session.notify(errorMessage(error), "error", null, "run");

  /** Says, at the end of a run that did nothing, why that is and what makes new results. */
  private notifyIfAllReused(runId: string, scope: Scope): void {
    const { runs, session } = this.stores;
    const anew = { label: "Run it anew", run: () => void this.start(scope, "never") };
    const text = "Nothing had changed: all results were reused, and no model was asked.";
    const stop = runs.use.subscribe(({ runs: views }) => {
      const view = views[runId];
      if (view && !isTerminal(view.summary.status)) return;
      stop();
      if (view?.summary.status !== "COMPLETED") return;
      if (Object.values(view.nodes).every((node) => node.reused))
        session.notify(text, "info", anew, "run");
    });
  }

  private offerToClosePreview(): void {
    const action = { label: "Back to now", run: () => this.preview.close() };
    const text = "What is on the canvas is old and can only be looked at.";
    this.stores.session.notify(text, "info", action, "preview");
  }

  private onRefused(scope: Scope, reuse: Reuse, error: unknown): void {
    const { document, server, session, view } = this.stores;
    if (!(error instanceof ApiError) || error.problems.length === 0) {
      return session.notify(errorMessage(error), "error", null, "run");
    }
    const { problems } = error;
    server.set({ problems });
    if (problems.every((problem) => problem.code === "input_not_available")) {
      return this.onMissingInputs(scope, problems);
    }
    const missing = problems.map(({ nodeId, param }) =>
      findInput(document.state.graph, nodeId ?? "", param ?? ""),
    );
    if (missing[0] && missing.every(Boolean)) return this.onMissingValue(missing[0]);
    session.select(new Set(problems.flatMap((problem) => problem.nodeId ?? [])));
    view.setRunPreview(scope, reuse, problems);
    session.openDialog("run");
  }

  /** A declared input lacks its value: it is given where inputs are. */
  private onMissingValue({ name, title }: DeclaredInput): void {
    const { session } = this.stores;
    session.showInput(name);
    session.notify(
      `Give “${title ?? readableName(name)}” a value that can be used, then run.`,
      "info",
      null,
      "run",
    );
  }

  /** One node lacks what others would give it: they can be run, too. */
  private onMissingInputs(scope: Scope, problems: readonly Problem[]): void {
    const { notify } = this.stores.session;
    const [nodeId, ...others] = scope.kind === "nodes" ? scope.nodeIds : [];
    const text = problems[0]?.message ?? "";
    if (!nodeId || others.length) return notify(text, "error", null, "run");
    const run = () => void this.start({ kind: "until", nodeId });
    notify(text, "error", { label: "Run what it needs, too", run }, "run");
  }
}
