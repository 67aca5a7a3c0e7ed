/** Copies of nodes: to the clipboard, from it, and beside what they are of; each is one step of undo. */

import {
  type Clip,
  copyNodes,
  insertClip,
  parseClip,
  serializeClip,
  withNewIds,
} from "../graph/clipboard";
import { labelOf, type Point } from "../graph/document";
import { boundingBox, overlap } from "../graph/groups";
import { newLabel } from "../graph/names";
import { commit, currentGraph } from "../stores/document";
import { currentCatalogue } from "../stores/server";
import { select } from "../stores/session";
import { editor } from "../sync/editor";
import { OFFSET, removeSelected, selectedNodes, takenNames, freePoint } from "./actions";
import { nodeBox } from "./boxes";

export async function copySelected(): Promise<void> {
  const clip = copyNodes(currentGraph(), selectedNodes());
  if (clip.nodes.length) await writeClipboard(serializeClip(clip));
}

/** Not there on pages of another machine that were not loaded over TLS. */
const { clipboard } = navigator as Partial<Navigator>;

async function writeClipboard(text: string): Promise<void> {
  editor.lastClip = text;
  await clipboard?.writeText(text).catch(() => undefined);
}

export async function cutSelected(): Promise<void> {
  await copySelected();
  removeSelected();
}

/** Pastes what the clipboard has, under the pointer or at a point; `text` comes from a paste event. */
export async function paste(text?: string, at = editor.view.newPlace().position): Promise<void> {
  const { lastClip } = editor;
  const read = text ?? (await clipboard?.readText().catch(() => null)) ?? lastClip ?? "";
  const clip = parseClip(read) ?? (lastClip && !text ? parseClip(lastClip) : null);
  if (clip?.nodes.length) insertAt(clip, centredOn(at, clip));
}

/** Copies the selected nodes to under the pointer; where that is upon themselves, to beside them. */
export function duplicateSelected(): void {
  const clip = copyNodes(currentGraph(), selectedNodes());
  if (clip.nodes.length === 0) return;
  const box = boundingBox(clip.nodes.map(nodeBox));
  const { position, pointed } = editor.view.newPlace();
  const there = { ...box, ...centredOn(position, clip) };
  const covers = clip.nodes.some((node) => overlap(nodeBox(node), there));
  insertAt(clip, pointed && !covers ? there : { x: box.x + OFFSET, y: box.y + OFFSET });
}

/** Copies nodes, all of them moved by as much, and selects the copies. */
export function copyBy(nodeIds: ReadonlySet<string>, by: Point): void {
  const clip = copyNodes(currentGraph(), nodeIds);
  if (clip.nodes.length === 0) return;
  const { x, y } = boundingBox(clip.nodes.map(nodeBox));
  insertAt(clip, { x: x + by.x, y: y + by.y });
}

/** Where the upper left corner is of a clip that has its middle at a point. */
function centredOn(at: Point, clip: Clip): Point {
  const { width, height } = boundingBox(clip.nodes.map(nodeBox));
  return { x: Math.round(at.x - width / 2), y: Math.round(at.y - height / 2) };
}

function insertAt(clip: Clip, at: Point): void {
  const made = withOwnLabels(withNewIds(clip, freePoint(at)));
  commit((graph) => insertClip(graph, made));
  select(made.nodes.map((node) => node.id));
}

/** The clip with labels that tell its nodes from those that are there. */
function withOwnLabels({ nodes, edges }: Clip): Clip {
  const taken = takenNames();
  const { byId } = currentCatalogue();
  const renamed = nodes.map((node) => {
    const label = newLabel(labelOf(node, byId.get(node.type)?.title), taken);
    taken.add(label);
    return { ...node, data: { ...node.data, label } };
  });
  return { nodes: renamed, edges };
}
