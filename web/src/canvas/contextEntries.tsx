/** What can be done with a node, several of them, an edge, a result, or the canvas itself. */

import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalSpaceBetween,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalSpaceBetween,
  ClipboardPaste,
  Copy,
  Crosshair,
  Download,
  Group,
  Maximize,
  Maximize2,
  Play,
  Plus,
  Search,
  SquareDashedMousePointer,
  Trash2,
  Wand2,
} from "lucide-react";
import type { ReactElement } from "react";
import {
  addResult,
  showNode,
  groupSelected,
  openAddMenu,
  removeElements,
  removeSelected,
  selectAll,
} from "../editing/actions";
import { nodeBox } from "../editing/boxes";
import { duplicateSelected, paste } from "../editing/copying";
import { arrangeNodes, PLACEMENTS } from "../editing/placing";
import type { Value } from "../generated/api";
import { nodeNames } from "../graph/names";
import { nodeMenuEntries } from "../nodes/NodeHeader";
import { outputsOf } from "../nodes/result/outputs";
import { valueText } from "../nodes/result/valueText";
import { currentGraph, nodesById } from "../stores/document";
import { displayedNode, useRuns } from "../stores/runs";
import { currentCatalogue } from "../stores/server";
import { type ContextRequest, EMPTY_SET, openDialog, useSession } from "../stores/session";
import { showLarge } from "../stores/view";
import { editor } from "../sync/editor";
import { copyImage, copyText } from "../ui/copy";
import { download, downloadResult } from "../ui/download";
import { fileName } from "../ui/format";
import { type MenuEntries, SEPARATOR } from "../ui/menu/entries";

/** Beside a node, for what is made of it. */
const GAP = 60;

export function entriesOf({ screen, target }: ContextRequest): MenuEntries {
  if (!target) return canvasEntries(screen);
  switch (target.kind) {
    case "node":
      return [...firstResultEntries(target.id), ...nodeMenuEntries(target.id)];
    case "selection":
      return selectionEntries();
    case "edge":
      return edgeEntries(target.id);
    case "result":
      return resultEntries(target.id, target.handle);
  }
}

function canvasEntries(screen: ContextRequest["screen"]): MenuEntries {
  const position = editor.view.toCanvas(screen);
  const place = { screen, position, pointed: true };
  return [
    { label: "Add a node here …", icon: <Plus />, run: () => openAddMenu(place) },
    { label: "Paste here", icon: <ClipboardPaste />, run: () => void paste(undefined, position) },
    SEPARATOR,
    { label: "Select all", icon: <SquareDashedMousePointer />, run: selectAll },
    { label: "Find a node …", icon: <Search />, run: () => openDialog("find") },
    { label: "Arrange", icon: <Wand2 />, run: () => void arrangeNodes() },
    { label: "Show everything", icon: <Maximize />, run: () => editor.view.fit() },
  ];
}

const PLACEMENT_ICONS: Record<string, ReactElement> = {
  "align-left": <AlignStartVertical />,
  "align-centre": <AlignCenterVertical />,
  "align-right": <AlignEndVertical />,
  "align-top": <AlignStartHorizontal />,
  "align-middle": <AlignCenterHorizontal />,
  "align-bottom": <AlignEndHorizontal />,
  "distribute-horizontal": <AlignHorizontalSpaceBetween />,
  "distribute-vertical": <AlignVerticalSpaceBetween />,
};

function selectionEntries(): MenuEntries {
  const { selectedNodes } = useSession.getState();
  const nodeIds = [...selectedNodes];
  const placements = PLACEMENTS.map(({ id, title, keys, atLeast, run }) => ({
    ...{ label: title, keys: keys.replaceAll("+", " "), disabled: nodeIds.length < atLeast, run },
    ...(PLACEMENT_ICONS[id] ? { icon: PLACEMENT_ICONS[id] } : {}),
  }));
  const start = () => void editor.starter.start({ kind: "nodes", nodeIds });
  return [
    { label: `Run these ${nodeIds.length} nodes`, icon: <Play />, run: start },
    SEPARATOR,
    ...placements,
    { label: "Arrange", icon: <Wand2 />, keys: "Shift A", run: () => void arrangeNodes() },
    SEPARATOR,
    { label: "Group", icon: <Group />, run: groupSelected },
    { label: "Duplicate", icon: <Copy />, run: duplicateSelected },
    { label: "Delete", icon: <Trash2 />, danger: true, run: removeSelected },
  ];
}

function edgeEntries(id: string): MenuEntries {
  const edge = currentGraph().edges.find((each) => each.id === id);
  const names = nodeNames(currentGraph().nodes, currentCatalogue());
  const visits = [edge?.source, edge?.target].flatMap((nodeId) => {
    const name = nodeId && names.get(nodeId);
    const run = () => requestAnimationFrame(() => showNode(nodeId ?? "")); // the menu has the keyboard still
    return name ? [{ label: `Go to ${name}`, icon: <Crosshair />, run }] : [];
  });
  const remove = () => removeElements(EMPTY_SET, new Set([id]));
  return [
    ...visits,
    SEPARATOR,
    { label: "Delete the connection", icon: <Trash2 />, danger: true, run: remove },
  ];
}

/** What a node has given at a handle; null: nothing. */
export function resultAt(nodeId: string, handle: string): Value | null {
  return resultsOf(nodeId).find((each) => each.handle === handle)?.value ?? null;
}

function resultsOf(nodeId: string) {
  const run = displayedNode(useRuns.getState(), nodeId);
  return run?.status === "COMPLETED"
    ? outputsOf(run, currentCatalogue().byId.get(run.nodeType))
    : [];
}

function firstResultEntries(nodeId: string): MenuEntries {
  const [first] = resultsOf(nodeId);
  return first ? [...resultEntries(nodeId, first.handle).slice(0, 2), SEPARATOR] : [];
}

function resultEntries(nodeId: string, handle: string): MenuEntries {
  const value = resultAt(nodeId, handle);
  if (!value) return [];
  const name = nodeNames(currentGraph().nodes, currentCatalogue()).get(nodeId) ?? "Result";
  const large = {
    label: "Show the result large",
    icon: <Maximize2 />,
    run: () => showLarge({ nodeId, handle, item: 0 }),
  };
  const copyEntry = (run: () => void) => ({ label: "Copy the result", icon: <Copy />, run });
  const downloadEntry = (run: () => void) => ({ label: "Download it", icon: <Download />, run });
  if (value.kind === "list") return [large];
  if (!("url" in value)) {
    const text = value.kind === "text" ? value.text : valueText(value);
    const file = fileName(name, "text/plain");
    const blob = () => new Blob([text], { type: "text/plain" });
    return [
      large,
      copyEntry(() => void copyText(text)),
      downloadEntry(() => download(file, blob())),
    ];
  }
  const file = fileName(name, value.mediaType);
  return [
    large,
    ...(value.kind === "image" ? [copyEntry(() => void copyImage(value.url))] : []),
    downloadEntry(() => void downloadResult(value.url, file)),
    { label: "Make a node of it", icon: <Plus />, run: () => makeNode(nodeId, value, name) },
  ];
}

/** Puts a result beside its node, as a node that gives it. */
function makeNode(nodeId: string, value: Extract<Value, { url: string }>, label: string): void {
  const node = nodesById(currentGraph()).get(nodeId);
  if (!node) return;
  const { x, y, width } = nodeBox(node);
  void addResult({ ...value, label }, { x: x + width + GAP, y });
}
