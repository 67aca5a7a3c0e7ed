/** The editor of one workflow: bar, nodes, canvas, panel. */

import "./shell.css";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { sentenceOf } from "../api/client";
import { Canvas } from "../canvas/Canvas";
import { PastBanner } from "../panels/past/PastBanner";
import { SidePanel } from "../panels/SidePanel";
import { useDocument } from "../stores/document";
import { openInPanel } from "../stores/look";
import { showPanel, useSession } from "../stores/session";
import { leaveWorkflow, openWorkflow, watchWorld } from "../sync/open";
import { buttonClass } from "../ui/Button";
import { Conflict } from "./Conflict";
import { EmptyHint } from "./EmptyHint";
import { NodeTypes } from "./NodeTypes";
import { Palette } from "./Palette";
import { RunPreview } from "./RunPreview";
import { Shortcuts } from "./Shortcuts";
import { TopBar } from "./TopBar";
import { useKeyboard } from "./useKeyboard";

interface EditorProps {
  workflowId: number;
  /** A run to show on the canvas, from the address. */
  runId?: string | undefined;
}

export function Editor({ workflowId, runId }: EditorProps) {
  const failure = useOpened(workflowId, runId);
  const open = useDocument((state) => state.workflowId === workflowId);
  useKeyboard();
  useEffect(watchWorld, []);
  if (failure) return <Failure reason={failure} />;
  if (!open) return <p className="waiting muted">Opening …</p>;
  return (
    <div className="editor">
      <TopBar />
      <main className="editor__main">
        <NodeTypes />
        <div className="editor__middle">
          <Canvas />
          <EmptyHint />
          <PastBanner />
        </div>
        <RightPanel workflowId={workflowId} />
      </main>
      <Conflict />
      <RunPreview />
      <Palette />
      <Shortcuts />
    </div>
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
  return right ? <SidePanel panel={right} workflowId={workflowId} /> : null;
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
