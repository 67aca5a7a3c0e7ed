/** What can be dropped on the canvas: node types from the side, and files. */

import type { DragEvent, MouseEvent } from "react";
import { useMemo } from "react";
import { currentCatalogue } from "../stores/server";
import {
  addFiles,
  addNode,
  addResult,
  type NewMedia,
  type NewText,
  openAddMenu,
} from "../editing/actions";
import { RESULT_FORMAT } from "../nodes/result/dragOut";
import { editor } from "../sync/editor";

/** Media type under which the side panel drags the id of a node type. */
export const NODE_TYPE_FORMAT = "application/x-nodeloom-node-type";

export function useDropHandlers() {
  return useMemo(() => ({ onDragOver, onDrop, onDoubleClick }), []);
}

function onDragOver(event: DragEvent): void {
  const { types } = event.dataTransfer;
  if (![NODE_TYPE_FORMAT, RESULT_FORMAT, "Files"].some((each) => types.includes(each))) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

function onDrop(event: DragEvent): void {
  const position = editor.view.toCanvas({ x: event.clientX, y: event.clientY });
  const spec = currentCatalogue().byId.get(event.dataTransfer.getData(NODE_TYPE_FORMAT));
  const result = event.dataTransfer.getData(RESULT_FORMAT);
  if (result) {
    event.preventDefault();
    void addResult(JSON.parse(result) as NewMedia | NewText, position);
    return;
  }
  const files = [...event.dataTransfer.files];
  if (!spec && files.length === 0) return;
  event.preventDefault();
  if (spec) addNode(spec, { x: position.x - 40, y: position.y - 20 });
  else addFiles(files, position);
}

/** A double click on the empty canvas asks which node shall be there. */
function onDoubleClick(event: MouseEvent): void {
  if (!(event.target as Element).matches(".react-flow__pane")) return; // nodes lie within the pane
  openAddMenu();
}
