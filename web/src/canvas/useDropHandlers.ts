/** What can be dropped on the canvas: node types from the side, and files. */

import type { DragEvent, MouseEvent } from "react";
import { useMemo } from "react";
import { catalogueNow } from "../stores/server";
import { useSession } from "../stores/session";
import { addFiles, addNode } from "../editing/actions";
import { toCanvas } from "../editing/viewport";

/** Media type under which the side panel drags the id of a node type. */
export const NODE_TYPE = "application/x-nodeloom-node-type";

export function useDropping() {
  return useMemo(() => ({ onDragOver, onDrop, onDoubleClick }), []);
}

function onDragOver(event: DragEvent): void {
  const { types } = event.dataTransfer;
  if (!types.includes(NODE_TYPE) && !types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

function onDrop(event: DragEvent): void {
  const at = toCanvas({ x: event.clientX, y: event.clientY });
  const spec = catalogueNow().byId.get(event.dataTransfer.getData(NODE_TYPE));
  const files = [...event.dataTransfer.files];
  if (!spec && files.length === 0) return;
  event.preventDefault();
  if (spec) addNode(spec, { x: at.x - 40, y: at.y - 20 });
  else addFiles(files, at);
}

/** A double click on the empty canvas asks which node shall be there. */
function onDoubleClick(event: MouseEvent): void {
  if (!(event.target as Element).matches(".react-flow__pane")) return; // nodes lie within the pane
  const screen = { x: event.clientX, y: event.clientY };
  useSession.setState({ adding: { screen, flow: toCanvas(screen), from: null } });
}
