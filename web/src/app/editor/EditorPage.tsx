/** The editor of one workflow: bar, nodes, canvas, panel. */

import "../app.css";
import "../side.css";
import { lazy, Suspense, useEffect, useState } from "react";
import { Link } from "wouter";
import { errorMessage } from "../../api/client";
import { Canvas } from "../../canvas/Canvas";
import { undoStep } from "../../editing/actions";
import { useDocument } from "../../stores/document";
import { openRunInPanel, useView } from "../../stores/view";
import { useServer } from "../../stores/server";
import { showPanel, useSession } from "../../stores/session";
import { useTour } from "../../stores/tour";
import { Button, buttonClass } from "../../ui/Button";
import { ErrorBoundary } from "../ErrorBoundary";
import { EmptyCanvasHint } from "./EmptyCanvasHint";
import { NodeTypeList } from "./NodeTypeList";
import { TopBar } from "./TopBar";
import { useKeyboardShortcuts } from "./useKeyboardShortcuts";
import { useTyping } from "./useTyping";
import { editor } from "../../sync/editor";

// Not needed at first: loaded when they are wanted, and soon after the canvas is there in any
// case, so that they are there without a network, too.
const LAZY_PARTS = {
  conflict: () => import("./ConflictDialog"),
  menu: () => import("../../ui/menu/ContextMenu"),
  large: () => import("../../panels/results/LargeView"),
  arrange: () => import("../../graph/layout/autoLayout"),
  palette: () => import("./CommandPalette"),
  banner: () => import("../../panels/preview/PreviewBanner"),
  preview: () => import("./RunPreviewDialog"),
  tour: () => import("../tour/Tour"),
  panel: () => import("../../panels/SidePanel"),
};
const PRELOAD_DELAY_MS = 1500;
const ConflictDialog = lazy(LAZY_PARTS.conflict);
const LargeView = lazy(LAZY_PARTS.large);
const CommandPalette = lazy(LAZY_PARTS.palette);
const PreviewBanner = lazy(LAZY_PARTS.banner);
const RunPreviewDialog = lazy(LAZY_PARTS.preview);
const SidePanel = lazy(LAZY_PARTS.panel);
const Tour = lazy(LAZY_PARTS.tour);

interface EditorPageProps {
  workflowId: number;
  /** A run to show on the canvas, from the address. */
  runId?: string | undefined;
}

export default function EditorPage({ workflowId, runId }: EditorPageProps) {
  const failure = useOpenWorkflow(workflowId, runId);
  const open = useDocument((state) => state.workflowId === workflowId);
  useKeyboardShortcuts();
  useEffect(() => editor.listen(), []);
  useEffect(preloadLazyParts, []);
  if (failure) return <OpenFailure reason={failure} />;
  if (!open) return <p className="waiting muted">Opening …</p>;
  return (
    <div className="editor">
      <TopBar />
      <main className="editor__main">
        <NodeTypeList />
        <ErrorBoundary part="The canvas" actions={(retry) => <UndoButton retry={retry} />}>
          <div className="editor__middle">
            <Canvas />
            <EmptyCanvasHint />
            <PreviewNotice />
            <TourPlace />
          </div>
        </ErrorBoundary>
        <ErrorBoundary part="The panel">
          <RightPanel workflowId={workflowId} />
        </ErrorBoundary>
      </main>
      <Dialogs />
    </div>
  );
}

function Dialogs() {
  const dialog = useSession((state) => state.dialog);
  const typing = useTyping();
  const conflict = useServer((state) => state.save.kind === "conflict") && !typing;
  const large = useView((state) => state.largeValue !== null);
  return (
    <Suspense>
      {conflict && <ConflictDialog />}
      {dialog === "run" && <RunPreviewDialog />}
      {(dialog === "palette" || dialog === "find") && <CommandPalette />}
      {large && <LargeView />}
    </Suspense>
  );
}

function PreviewNotice() {
  const preview = useView((state) => state.versionPreview ?? state.comparison) !== null;
  return <Suspense>{preview && <PreviewBanner />}</Suspense>;
}

function TourPlace() {
  const touring = useTour((state) => state.step !== null);
  return <Suspense>{touring && <Tour />}</Suspense>;
}

/**
 * Loads the rest when the canvas is there; without a network, when that is back: browsers do not ask
 * again for a module that could not be fetched once.
 */
function preloadLazyParts(): () => void {
  const loadAll = () => {
    if (!navigator.onLine) return;
    for (const load of Object.values(LAZY_PARTS)) load().catch(() => undefined);
  };
  const timer = setTimeout(loadAll, PRELOAD_DELAY_MS);
  addEventListener("online", loadAll);
  return () => {
    clearTimeout(timer);
    removeEventListener("online", loadAll);
  };
}

/** Takes back the change that cannot be drawn. */
function UndoButton({ retry }: { retry: () => void }) {
  const preview = useDocument((state) => state.undoStack.length > 0);
  const undo = () => {
    undoStep();
    retry();
  };
  return (
    <Button disabled={!preview} onClick={undo}>
      Undo the last change
    </Button>
  );
}

/** Opens the workflow; gives why that failed. */
function useOpenWorkflow(workflowId: number, runId: string | undefined): string | null {
  const [failure, setFailure] = useState<{ workflowId: number; reason: string } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    editor.open(workflowId, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) setFailure({ workflowId, reason: errorMessage(error) });
    });
    return () => {
      stop.abort();
      editor.close();
    };
  }, [workflowId]);
  const open = useDocument((state) => state.workflowId === workflowId);
  useEffect(() => {
    if (!open || !runId) return;
    showPanel("runs");
    openRunInPanel(runId);
  }, [open, runId]);
  const name = useDocument((state) => state.graph.name);
  useEffect(() => {
    document.title = name ? `${name} – Nodeloom` : "Nodeloom";
  }, [name]);
  return failure?.workflowId === workflowId ? failure.reason : null;
}

function RightPanel({ workflowId }: { workflowId: number }) {
  const right = useSession((state) => state.rightPanel);
  return <Suspense>{right && <SidePanel panel={right} workflowId={workflowId} />}</Suspense>;
}

function OpenFailure({ reason }: { reason: string }) {
  return (
    <main className="waiting">
      <h1>This workflow cannot be opened</h1>
      <p>{reason}</p>
      <Link href="/workflows" className={buttonClass("primary")}>
        All workflows
      </Link>
    </main>
  );
}
