/** The editor of one workflow: bar, nodes, canvas, panel. */

import { lazy, Suspense, useEffect, useState } from "react";
import { Link } from "wouter";
import { sentenceOf } from "../../api/client";
import { Canvas } from "../../canvas/Canvas";
import { undoOnce } from "../../editing/actions";
import { useDocument } from "../../stores/document";
import { openInPanel, useLook } from "../../stores/view";
import { useServer } from "../../stores/server";
import { showPanel, useSession } from "../../stores/session";
import { leaveWorkflow, openWorkflow, watchWorld } from "../../sync/open";
import { Button, buttonClass } from "../../ui/Button";
import { Boundary } from "../ErrorBoundary";
import { EmptyHint } from "./EmptyCanvasHint";
import { NodeTypes } from "./NodeTypeList";
import { TopBar } from "./TopBar";
import { useKeyboard } from "./useKeyboardShortcuts";

// Not needed at first: loaded when they are wanted, and soon after the canvas is there in any
// case, so that they are there without a network, too.
const LATER = {
  conflict: () => import("./ConflictDialog"),
  arrange: () => import("../../graph/layout/autoLayout"),
  palette: () => import("./CommandPalette"),
  past: () => import("../../panels/preview/PreviewBanner"),
  preview: () => import("./RunPreviewDialog"),
  panel: () => import("../../panels/SidePanel"),
};
const LATER_MS = 1500;
const Conflict = lazy(LATER.conflict);
const Palette = lazy(LATER.palette);
const PastBanner = lazy(LATER.past);
const RunPreview = lazy(LATER.preview);
const SidePanel = lazy(LATER.panel);

interface EditorProps {
  workflowId: number;
  /** A run to show on the canvas, from the address. */
  runId?: string | undefined;
}

export default function Editor({ workflowId, runId }: EditorProps) {
  const failure = useOpened(workflowId, runId);
  const open = useDocument((state) => state.workflowId === workflowId);
  useKeyboard();
  useEffect(watchWorld, []);
  useEffect(loadRest, []);
  if (failure) return <Failure reason={failure} />;
  if (!open) return <p className="waiting muted">Opening …</p>;
  return (
    <div className="editor">
      <TopBar />
      <main className="editor__main">
        <NodeTypes />
        <Boundary what="The canvas" ways={(again) => <UndoWay again={again} />}>
          <div className="editor__middle">
            <Canvas />
            <EmptyHint />
            <Past />
          </div>
        </Boundary>
        <Boundary what="The panel">
          <RightPanel workflowId={workflowId} />
        </Boundary>
      </main>
      <Dialogs />
    </div>
  );
}

function Dialogs() {
  const dialog = useSession((state) => state.dialog);
  const conflict = useServer((state) => state.save.kind === "conflict");
  return (
    <Suspense>
      {conflict && <Conflict />}
      {dialog === "run" && <RunPreview />}
      {dialog === "palette" && <Palette />}
    </Suspense>
  );
}

function Past() {
  const past = useLook((state) => state.past !== null);
  return <Suspense>{past && <PastBanner />}</Suspense>;
}

/** Loads the rest when the canvas is there; what fails now is tried again when it is wanted. */
function loadRest(): () => void {
  const timer = setTimeout(() => {
    for (const load of Object.values(LATER)) load().catch(() => undefined);
  }, LATER_MS);
  return () => clearTimeout(timer);
}

/** Takes back the change that cannot be drawn. */
function UndoWay({ again }: { again: () => void }) {
  const past = useDocument((state) => state.past.length > 0);
  const undo = () => {
    undoOnce();
    again();
  };
  return (
    <Button disabled={!past} onClick={undo}>
      Undo the last change
    </Button>
  );
}

/** Opens the workflow; gives why that failed. */
function useOpened(workflowId: number, runId: string | undefined): string | null {
  const [failure, setFailure] = useState<{ workflowId: number; reason: string } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    openWorkflow(workflowId, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) setFailure({ workflowId, reason: sentenceOf(error) });
    });
    return () => {
      stop.abort();
      leaveWorkflow();
    };
  }, [workflowId]);
  const open = useDocument((state) => state.workflowId === workflowId);
  useEffect(() => {
    if (!open || !runId) return;
    showPanel("runs");
    openInPanel(runId);
  }, [open, runId]);
  const name = useDocument((state) => state.graph.name);
  useEffect(() => {
    document.title = name ? `${name} – Nodeloom` : "Nodeloom";
  }, [name]);
  return failure?.workflowId === workflowId ? failure.reason : null;
}

function RightPanel({ workflowId }: { workflowId: number }) {
  const right = useSession((state) => state.right);
  return <Suspense>{right && <SidePanel panel={right} workflowId={workflowId} />}</Suspense>;
}

function Failure({ reason }: { reason: string }) {
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
