/** What can be done with what is under the pointer: a node, an edge, or the canvas itself. */

import {
  ClipboardPaste,
  Copy,
  Maximize,
  Maximize2,
  Plus,
  SquareDashedMousePointer,
  Trash2,
  Wand2,
} from "lucide-react";
import { lazy, type MouseEvent, Suspense } from "react";
import { openAddMenu, arrangeNodes, paste, removeElements, selectAll } from "../editing/actions";
import { nodeMenuEntries } from "../nodes/NodeHeader";
import { outputsOf } from "../nodes/result/outputs";
import { isReadOnly } from "../stores/document";
import { displayedNode, useRuns } from "../stores/runs";
import { currentCatalogue } from "../stores/server";
import { type ContextRequest, EMPTY_SET, select, useSession } from "../stores/session";
import { showLarge } from "../stores/view";
import { copyText } from "../ui/copy";
import { type MenuEntries, SEPARATOR } from "../ui/menu/entries";
import { editor } from "../sync/editor";

const ContextMenu = lazy(() => import("../ui/menu/ContextMenu"));
/** Where the browser's own menu is of more use. */
const OWN_MENU = "input, textarea, a, video, audio, .popup";

export function CanvasContextMenu() {
  const request = useSession((state) => state.contextRequest);
  if (!request) return null;
  return (
    <Suspense>
      <ContextMenu
        at={request.screen}
        label="What can be done here"
        entries={entriesOf(request)}
        onClose={() => useSession.setState({ contextRequest: null })}
      />
    </Suspense>
  );
}

/** By the right button, or the menu key on what has the keyboard. */
export function onContextMenu(event: MouseEvent): void {
  const element = event.target as Element;
  const ofBrowser = element.closest(OWN_MENU) !== null || getSelection()?.isCollapsed === false;
  if (event.defaultPrevented || ofBrowser || isReadOnly()) return;
  event.preventDefault();
  const target = targetOf(element);
  if (target?.kind === "node") select([target.id]);
  else if (target) select([], [target.id]);
  useSession.setState({ contextRequest: { screen: pointOf(event), target } });
}

function targetOf(element: Element): ContextRequest["target"] {
  const found = element.closest<HTMLElement>(".react-flow__node-step, .react-flow__edge");
  const id = found?.dataset["id"] ?? found?.getAttribute("data-id");
  return found && id ? { kind: found.matches(".react-flow__edge") ? "edge" : "node", id } : null;
}

/** The menu key has no place on the screen: that of the element, then. */
function pointOf({ clientX: x, clientY: y, target }: MouseEvent): { x: number; y: number } {
  if (x || y) return { x, y };
  const box = (target as Element).getBoundingClientRect();
  return { x: box.left + 24, y: box.top + 24 };
}

function entriesOf({ screen, target }: ContextRequest): MenuEntries {
  if (target?.kind === "node") return [...resultEntries(target.id), ...nodeMenuEntries(target.id)];
  if (target) {
    const remove = () => removeElements(EMPTY_SET, new Set([target.id]));
    return [{ label: "Delete the connection", icon: <Trash2 />, danger: true, run: remove }];
  }
  const position = editor.view.toCanvas(screen);
  return [
    { label: "Add a node here …", icon: <Plus />, run: () => openAddMenu({ screen, position }) },
    { label: "Paste here", icon: <ClipboardPaste />, run: () => void paste(undefined, position) },
    SEPARATOR,
    { label: "Select all", icon: <SquareDashedMousePointer />, run: selectAll },
    { label: "Arrange", icon: <Wand2 />, run: () => void arrangeNodes() },
    { label: "Show everything", icon: <Maximize />, run: () => editor.view.fit() },
  ];
}

function resultEntries(nodeId: string): MenuEntries {
  const run = displayedNode(useRuns.getState(), nodeId);
  const [first] = run ? outputsOf(run, currentCatalogue().byId.get(run.nodeType)) : [];
  if (!first || run?.status !== "COMPLETED") return [];
  const { handle, value } = first;
  const large = {
    label: "Show the result large",
    icon: <Maximize2 />,
    run: () => showLarge({ nodeId, handle, item: 0 }),
  };
  if (value.kind !== "text") return [large, SEPARATOR];
  const copying = () => void copyText(value.text);
  return [large, { label: "Copy the result", icon: <Copy />, run: copying }, SEPARATOR];
}
