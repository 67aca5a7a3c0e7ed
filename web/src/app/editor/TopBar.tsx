/** The bar at the top of the editor: which workflow, is it saved, run it. */

import { Command, History, PanelLeft, Redo2, Undo2 } from "lucide-react";
import { Link } from "wouter";
import { redoOnce, renameWorkflow, undoOnce } from "../../editing/actions";
import { useDocument, useReadOnly } from "../../stores/document";
import { openDialog, togglePanel, useSession } from "../../stores/session";
import { IconButton } from "../../ui/Button";
import { ThemeMenu } from "../../ui/header/ThemeMenu";
import { UserMenu } from "../../ui/header/UserMenu";
import { RunButtons } from "./RunControls";
import { SaveMark } from "./SaveStatus";
import { shown } from "../commands/keyBindings";

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
      <LeftToggle />
      <Name />
      <SaveMark />
      <span className="topbar__space" />
      <UndoRedo />
      <span className="topbar__line" />
      <IconButton
        label="Command palette"
        keys={shown("Mod+K")}
        onClick={() => openDialog("palette")}
      >
        <Command aria-hidden />
      </IconButton>
      <ThemeMenu />
      <UserMenu />
      <RunsToggle />
      <span className="topbar__line" />
      <RunButtons />
    </header>
  );
}

function LeftToggle() {
  const open = useSession((state) => state.leftOpen);
  return (
    <IconButton
      label="Nodes"
      keys="["
      aria-pressed={open}
      onClick={() => useSession.setState({ leftOpen: !open })}
    >
      <PanelLeft aria-hidden />
    </IconButton>
  );
}

function RunsToggle() {
  const open = useSession((state) => state.right === "runs");
  return (
    <IconButton label="Runs" keys="]" aria-pressed={open} onClick={() => togglePanel("runs")}>
      <History aria-hidden />
    </IconButton>
  );
}

function Name() {
  const name = useDocument((state) => state.graph.name);
  const readOnly = useReadOnly();
  return (
    <>
      <h1 className="visually-hidden">{name}</h1>
      <input
        readOnly={readOnly}
        className="topbar__name"
        aria-label="Name of the workflow"
        value={name}
        maxLength={200}
        size={Math.max(8, Math.min(name.length + 1, 44))}
        onChange={(event) => renameWorkflow(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </>
  );
}

function UndoRedo() {
  const past = useDocument((state) => state.past.length > 0);
  const future = useDocument((state) => state.future.length > 0);
  return (
    <>
      <IconButton label="Undo" keys={shown("Mod+Z")} disabled={!past} onClick={undoOnce}>
        <Undo2 aria-hidden />
      </IconButton>
      <IconButton label="Redo" keys={shown("Mod+Shift+Z")} disabled={!future} onClick={redoOnce}>
        <Redo2 aria-hidden />
      </IconButton>
    </>
  );
}
