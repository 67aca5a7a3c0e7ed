/** A menu of what can be done with what is under the pointer, or has the keyboard. */

import { lazy, type MouseEvent, Suspense } from "react";
import { isReadOnly } from "../stores/document";
import { type ContextRequest, select, useSession } from "../stores/session";
import { entriesOf, resultAt } from "./contextEntries";

const ContextMenu = lazy(() => import("../ui/menu/ContextMenu"));
/** Where the browser's own menu is of more use. */
const OWN_MENU = "input, textarea, a, .media video, audio, .popup";

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
  if (target?.kind === "edge") select([], [target.id]);
  else if (target && target.kind !== "selection") select([target.id]);
  useSession.setState({ contextRequest: { screen: pointOf(event), target } });
}

function targetOf(element: Element): ContextRequest["target"] {
  const edge = element.closest(".react-flow__edge")?.getAttribute("data-id");
  if (edge) return { kind: "edge", id: edge };
  const id = element.closest<HTMLElement>(".react-flow__node-step")?.dataset["id"];
  if (!id) return null;
  const handle = element.closest<HTMLElement>("[data-result]")?.dataset["result"];
  if (handle && resultAt(id, handle)) return { kind: "result", id, handle };
  const { selectedNodes } = useSession.getState();
  return selectedNodes.size > 1 && selectedNodes.has(id)
    ? { kind: "selection", id }
    : { kind: "node", id };
}

/** The menu key has no place on the screen: that of the element, then. */
function pointOf({ clientX: x, clientY: y, target }: MouseEvent): { x: number; y: number } {
  if (x || y) return { x, y };
  const box = (target as Element).getBoundingClientRect();
  return { x: box.left + 24, y: box.top + 24 };
}
