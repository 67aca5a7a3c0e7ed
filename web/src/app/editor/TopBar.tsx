/** The bar at the top of the editor: which workflow, is it saved, run it. */

import { Command, History, PanelLeft, Redo2, Undo2 } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { redoStep, renameWorkflow, undoStep } from "../../editing/actions";
import { useDocument, useReadOnly } from "../../stores/document";
import { openDialog, togglePanel, useSession } from "../../stores/session";
import { IconButton } from "../../ui/Button";
import { ThemeMenu } from "../../ui/header/ThemeMenu";
import { UserMenu } from "../../ui/header/UserMenu";
import { RunControls } from "./RunControls";
import { SaveStatus } from "./SaveStatus";
import { formatKeys } from "../commands/keyBindings";

export function TopBar() {
  return (
    <header className="topbar">
      <Link
        href="/workflows"
        className="topbar__home"
        aria-label="All workflows"
        title="All workflows"
      >
        <img src="/icon.svg" alt="" width={26} height={26} />
      </Link>
      <NodeListToggle />
      <WorkflowName />
      <SaveStatus />
      <span className="topbar__space" />
      <UndoRedo />
      <span className="topbar__line" />
      <IconButton
        label="Command palette"
        keys={formatKeys("Mod+K")}
        onClick={() => openDialog("palette")}
      >
        <Command aria-hidden />
      </IconButton>
      <ThemeMenu />
      <UserMenu />
      <RunsToggle />
      <span className="topbar__line" />
      <RunControls />
    </header>
  );
}

function NodeListToggle() {
  const open = useSession((state) => state.nodeListOpen);
  return (
    <IconButton
      label="Nodes"
      keys="["
      aria-pressed={open}
      onClick={() => useSession.setState({ nodeListOpen: !open })}
    >
      <PanelLeft aria-hidden />
    </IconButton>
  );
}

function RunsToggle() {
  const open = useSession((state) => state.rightPanel === "runs");
  return (
    <IconButton label="Runs" keys="]" aria-pressed={open} onClick={() => togglePanel("runs")}>
      <History aria-hidden />
    </IconButton>
  );
}

/** What is typed stays as it is typed; the workflow is called so without spaces around it. */
function WorkflowName() {
  const name = useDocument((state) => state.graph.name);
  const readOnly = useReadOnly();
  const [typed, setTyped] = useState<string | null>(null);
  const before = useRef(name);
  const shown = typed ?? name;
  return (
    <>
      <h1 className="visually-hidden">{name}</h1>
      <input
        readOnly={readOnly}
        className="topbar__name"
        aria-label="Name of the workflow"
        value={shown}
        maxLength={200}
        size={Math.max(8, Math.min(shown.length + 1, 44))}
        onFocus={() => {
          before.current = name;
        }}
        onChange={(event) => {
          setTyped(event.target.value);
          renameWorkflow(event.target.value);
        }}
        onBlur={() => {
          if (typed?.trim() === "") renameWorkflow(before.current);
          setTyped(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") renameWorkflow(before.current);
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </>
  );
}

function UndoRedo() {
  const canUndo = useDocument((state) => state.undoStack.length > 0);
  const canRedo = useDocument((state) => state.redoStack.length > 0);
  return (
    <>
      <IconButton label="Undo" keys={formatKeys("Mod+Z")} disabled={!canUndo} onClick={undoStep}>
        <Undo2 aria-hidden />
      </IconButton>
      <IconButton
        label="Redo"
        keys={formatKeys("Mod+Shift+Z")}
        disabled={!canRedo}
        onClick={redoStep}
      >
        <Redo2 aria-hidden />
      </IconButton>
    </>
  );
}
