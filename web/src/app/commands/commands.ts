/**
 * Every command of the editor, once: for the keyboard, the command palette, the sheet of
 * shortcuts and menus.
 */

import * as canvas from "../../editing/actions";
import { isReadOnly, useDocument } from "../../stores/document";
import { currentCatalogue } from "../../stores/server";
import { openDialog, select, togglePanel, toggleExpanded, useSession } from "../../stores/session";
import type { Command } from "./command";
import { APP_COMMANDS, WORKFLOW_COMMANDS } from "./workflowCommands";
import { RUN_COMMANDS } from "./runCommands";
import { editor } from "../../sync/editor";

const hasSelection = () => useSession.getState().selectedNodes.size > 0;
const hasAnything = () => hasSelection() || useSession.getState().selectedEdges.size > 0;

const EDIT_COMMANDS: Command[] = [
  {
    id: "undo",
    title: "Undo",
    section: "Edit",
    keys: ["Mod+Z"],
    enabled: () => useDocument.getState().undoStack.length > 0,
    run: canvas.undoStep,
  },
  {
    id: "redo",
    title: "Redo",
    section: "Edit",
    keys: ["Mod+Shift+Z", "Mod+Y"],
    enabled: () => useDocument.getState().redoStack.length > 0,
    run: canvas.redoStep,
  },
  {
    id: "cut",
    title: "Cut",
    section: "Edit",
    keys: ["Mod+X"],
    enabled: hasSelection,
    run: () => void canvas.cutSelected(),
  },
  {
    id: "copy",
    title: "Copy",
    section: "Edit",
    keys: ["Mod+C"],
    enabled: hasSelection,
    run: () => void canvas.copySelected(),
  },
  {
    id: "duplicate",
    title: "Duplicate",
    section: "Edit",
    keys: ["Mod+D"],
    enabled: hasSelection,
    run: canvas.duplicateSelected,
  },
  {
    id: "delete",
    title: "Delete",
    section: "Edit",
    keys: ["Delete", "Backspace"],
    enabled: hasAnything,
    run: canvas.removeSelected,
  },
  {
    id: "group",
    title: "Group",
    section: "Edit",
    keys: ["Mod+G"],
    enabled: hasSelection,
    run: canvas.groupSelected,
  },
  {
    id: "ungroup",
    title: "Ungroup",
    section: "Edit",
    keys: ["Mod+Shift+G"],
    enabled: hasSelection,
    run: canvas.ungroupSelected,
  },
  {
    id: "arrange",
    title: "Arrange",
    section: "Edit",
    keys: ["Shift+A"],
    run: () => void canvas.arrangeNodes(),
  },
];

const SELECT_COMMANDS: Command[] = [
  {
    id: "select-all",
    title: "Select all",
    section: "Select",
    keys: ["Mod+A"],
    run: canvas.selectAll,
  },
  {
    id: "select-none",
    title: "Select nothing",
    section: "Select",
    keys: ["Escape"],
    enabled: hasAnything,
    run: () => select([]),
  },
];

const VIEW_COMMANDS: Command[] = [
  {
    id: "fit",
    title: "Show everything",
    section: "View",
    keys: ["Shift+1"],
    run: () => editor.view.fit(),
  },
  {
    id: "fit-selection",
    title: "Show the selection",
    section: "View",
    keys: ["Shift+2"],
    enabled: hasSelection,
    run: () => editor.view.fit(useSession.getState().selectedNodes),
  },
  {
    id: "zoom-in",
    title: "Zoom in",
    section: "View",
    keys: ["+", "="],
    run: () => editor.view.zoomBy(1),
  },
  {
    id: "zoom-out",
    title: "Zoom out",
    section: "View",
    keys: ["-"],
    run: () => editor.view.zoomBy(-1),
  },
  {
    id: "zoom-100",
    title: "Zoom to 100 %",
    section: "View",
    keys: ["Shift+0"],
    run: () => editor.view.zoomTo(1),
  },
  {
    id: "tool-select",
    title: "Tool: select",
    section: "View",
    keys: ["V"],
    run: () => useSession.setState({ tool: "select" }),
  },
  {
    id: "tool-pan",
    title: "Tool: pan",
    section: "View",
    keys: ["H"],
    run: () => useSession.setState({ tool: "pan" }),
  },
  {
    id: "panel-left",
    title: "Show or hide the nodes",
    section: "View",
    keys: ["["],
    run: () => useSession.setState((state) => ({ nodeListOpen: !state.nodeListOpen })),
  },
  {
    id: "panel-runs",
    title: "Show or hide the runs",
    section: "View",
    keys: ["]"],
    run: () => togglePanel("runs"),
  },
  {
    id: "panel-versions",
    title: "Show or hide the versions",
    section: "View",
    keys: [],
    run: () => togglePanel("versions"),
  },
  {
    id: "panel-schedules",
    title: "Show or hide the schedules",
    section: "View",
    keys: [],
    run: () => togglePanel("schedules"),
  },
];

const HELP_COMMANDS: Command[] = [
  {
    id: "palette",
    title: "Command palette",
    section: "Help",
    keys: ["Mod+K"],
    run: () => openDialog("palette"),
  },
  {
    id: "shortcuts",
    title: "Keyboard shortcuts",
    section: "Help",
    keys: ["?"],
    run: () => openDialog("shortcuts"),
  },
  {
    id: "add",
    title: "Add a node",
    section: "Add",
    keys: ["A"],
    run: () => useSession.setState({ addRequest: { ...editor.view.center(), from: null } }),
  },
];

const CONNECT_COMMAND: Command = {
  id: "connect",
  title: "Connect the output of the selected node",
  section: "Edit",
  keys: ["C"],
  enabled: () => useSession.getState().selectedNodes.size === 1,
  run: () => openDialog("connect"),
};

const SETTINGS_COMMAND: Command = {
  id: "settings",
  title: "Show or hide all settings of the selected nodes",
  section: "Edit",
  keys: ["S"],
  enabled: hasSelection,
  run: () => useSession.getState().selectedNodes.forEach(toggleExpanded),
};

/** What changes the document makes no sense while something older is looked at. */
const EDITING_COMMANDS = [...EDIT_COMMANDS, CONNECT_COMMAND, SETTINGS_COMMAND].map(
  (command): Command => {
    if (command.id === "copy") return command;
    return { ...command, enabled: () => !isReadOnly() && command.enabled?.() !== false };
  },
);

export const COMMANDS: readonly Command[] = [
  ...EDITING_COMMANDS,
  ...SELECT_COMMANDS,
  ...RUN_COMMANDS,
  ...VIEW_COMMANDS,
  ...WORKFLOW_COMMANDS,
  ...HELP_COMMANDS,
  ...APP_COMMANDS,
];

/** The commands, and one for each node type. */
export function allCommands(): Command[] {
  const adds = currentCatalogue().types.map((spec): Command => ({
    id: `add-${spec.id}`,
    title: `Add: ${spec.title}`,
    section: "Add",
    keys: [],
    run: () => canvas.addNodeInView(spec),
  }));
  return [...COMMANDS, ...adds];
}
