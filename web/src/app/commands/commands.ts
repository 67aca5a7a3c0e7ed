/**
 * Every command of the editor, once: for the keyboard, the command palette, the sheet of
 * shortcuts and menus.
 */

import * as canvas from "../../editing/actions";
import * as copying from "../../editing/copying";
import { arrangeNodes, PLACEMENTS } from "../../editing/placing";
import { nodeNames } from "../../graph/names";
import { currentGraph, isReadOnly, useDocument } from "../../stores/document";
import { currentCatalogue } from "../../stores/server";
import {
  openDialog,
  select,
  toggleExpanded,
  toggleMinimap,
  togglePanel,
  toggleSnapping,
  useSession,
} from "../../stores/session";
import { type Command, withSection } from "./command";
import { APP_COMMANDS, WORKFLOW_COMMANDS } from "./workflowCommands";
import { RUN_COMMANDS } from "./runCommands";
import { editor } from "../../sync/editor";

/** How many characters of what is written in a node are searched. */
const MAX_SEARCHED = 5_000;

const hasSelection = () => useSession.getState().selectedNodes.size > 0;
const hasAnything = () => hasSelection() || useSession.getState().selectedEdges.size > 0;

const PLACEMENT_COMMANDS = PLACEMENTS.map(({ id, title, keys, atLeast, run }) => {
  const enabled = () => useSession.getState().selectedNodes.size >= atLeast;
  return { id, title, keys: [keys], enabled, run };
});

const EDIT_COMMANDS = withSection("Edit", [
  {
    id: "undo",
    title: "Undo",
    keys: ["Mod+Z"],
    enabled: () => useDocument.getState().undoStack.length > 0,
    run: canvas.undoStep,
  },
  {
    id: "redo",
    title: "Redo",
    keys: ["Mod+Shift+Z", "Mod+Y"],
    enabled: () => useDocument.getState().redoStack.length > 0,
    run: canvas.redoStep,
  },
  {
    id: "cut",
    title: "Cut",
    keys: ["Mod+X"],
    enabled: hasSelection,
    run: () => void copying.cutSelected(),
  },
  {
    id: "copy",
    title: "Copy",
    keys: ["Mod+C"],
    enabled: hasSelection,
    run: () => void copying.copySelected(),
  },
  {
    id: "duplicate",
    title: "Duplicate",
    keys: ["Mod+D"],
    enabled: hasSelection,
    run: copying.duplicateSelected,
  },
  {
    id: "delete",
    title: "Delete",
    keys: ["Delete", "Backspace"],
    enabled: hasAnything,
    run: canvas.removeSelected,
  },
  {
    id: "group",
    title: "Group",
    keys: ["Mod+G"],
    enabled: hasSelection,
    run: canvas.groupSelected,
  },
  {
    id: "ungroup",
    title: "Ungroup",
    keys: ["Mod+Shift+G"],
    enabled: hasSelection,
    run: canvas.ungroupSelected,
  },
  { id: "arrange", title: "Arrange", keys: ["Shift+A"], run: () => void arrangeNodes() },
  {
    id: "connect",
    title: "Connect the output of the selected node",
    keys: ["C"],
    enabled: () => useSession.getState().selectedNodes.size === 1,
    run: () => openDialog("connect"),
  },
  {
    id: "settings",
    title: "Show or hide all settings of the selected nodes",
    keys: ["S"],
    enabled: hasSelection,
    run: () => useSession.getState().selectedNodes.forEach(toggleExpanded),
  },
  ...PLACEMENT_COMMANDS,
]);

const SELECT_COMMANDS = withSection("Select", [
  { id: "select-all", title: "Select all", keys: ["Mod+A"], run: canvas.selectAll },
  {
    id: "select-none",
    title: "Select nothing",
    keys: ["Escape"],
    enabled: hasAnything,
    run: () => select([]),
  },
]);

const VIEW_COMMANDS = withSection("View", [
  { id: "fit", title: "Show everything", keys: ["Shift+1"], run: () => editor.view.fit() },
  {
    id: "fit-selection",
    title: "Show the selection",
    keys: ["Shift+2"],
    enabled: hasSelection,
    run: () => editor.view.fit(useSession.getState().selectedNodes),
  },
  { id: "zoom-in", title: "Zoom in", keys: ["+", "="], run: () => editor.view.zoomBy(1) },
  { id: "zoom-out", title: "Zoom out", keys: ["-"], run: () => editor.view.zoomBy(-1) },
  { id: "zoom-100", title: "Zoom to 100 %", keys: ["Shift+0"], run: () => editor.view.zoomTo(1) },
  {
    id: "tool-select",
    title: "Tool: select",
    keys: ["V"],
    run: () => useSession.setState({ tool: "select" }),
  },
  {
    id: "tool-pan",
    title: "Tool: pan",
    keys: ["H"],
    run: () => useSession.setState({ tool: "pan" }),
  },
  {
    id: "minimap",
    title: "Show or hide the map",
    keys: ["M"],
    run: toggleMinimap,
  },
  {
    id: "snapping",
    title: "Snap to other nodes, or do not",
    keys: ["Shift+S"],
    run: toggleSnapping,
  },
  {
    id: "panel-left",
    title: "Show or hide the nodes",
    keys: ["["],
    run: () => useSession.setState((state) => ({ nodeListOpen: !state.nodeListOpen })),
  },
  { id: "panel-runs", title: "Show or hide the runs", keys: ["]"], run: () => togglePanel("runs") },
  { id: "panel-results", title: "Show or hide the results", run: () => togglePanel("results") },
  { id: "panel-versions", title: "Show or hide the versions", run: () => togglePanel("versions") },
  {
    id: "panel-schedules",
    title: "Show or hide the schedules",
    run: () => togglePanel("schedules"),
  },
  {
    id: "panel-function",
    title: "Show or hide inputs and results",
    run: () => togglePanel("function"),
  },
]);

const HELP_COMMANDS = withSection("Help", [
  { id: "palette", title: "Command palette", keys: ["Mod+K"], run: () => openDialog("palette") },
  { id: "find", title: "Find a node", keys: ["Mod+F"], run: () => openDialog("find") },
  { id: "shortcuts", title: "Keyboard shortcuts", keys: ["?"], run: () => openDialog("shortcuts") },
]);

const ADD_COMMANDS = withSection("Add", [
  {
    id: "add",
    title: "Add a node",
    keys: ["A"],
    run: () => canvas.openAddMenu(),
  },
]);

/** What changes the document makes no sense while something older is looked at. */
const EDITING_COMMANDS = EDIT_COMMANDS.map((command): Command => {
  if (command.id === "copy") return command;
  return { ...command, enabled: () => !isReadOnly() && command.enabled?.() !== false };
});

export const COMMANDS: readonly Command[] = [
  ...EDITING_COMMANDS,
  ...SELECT_COMMANDS,
  ...RUN_COMMANDS,
  ...VIEW_COMMANDS,
  ...WORKFLOW_COMMANDS,
  ...HELP_COMMANDS,
  ...ADD_COMMANDS,
  ...APP_COMMANDS,
];

/** Going to each node of the canvas: found by its name, its type and what is written in it. */
export function findCommands(): (Command & { keywords: string })[] {
  const { nodes } = currentGraph();
  const { byId } = currentCatalogue();
  const names = nodeNames(nodes, currentCatalogue());
  return nodes.map(({ id, type, data }) => {
    const texts = Object.values(data).filter((value) => typeof value === "string");
    const keywords = [byId.get(type)?.title, ...texts].join(" ").slice(0, MAX_SEARCHED);
    const title = `Go to: ${names.get(id)}`;
    return {
      id: `go-${id}`,
      title,
      keywords,
      keys: [],
      section: "Select",
      run: () => canvas.showNode(id),
    };
  });
}

/** The commands, and one for each node type and for each node. */
export function allCommands(): Command[] {
  const adds = currentCatalogue().types.map((spec) => ({
    id: `add-${spec.id}`,
    title: `Add: ${spec.title}`,
    run: () => canvas.addNodeInView(spec),
  }));
  return [...COMMANDS, ...withSection("Add", adds), ...findCommands()];
}
