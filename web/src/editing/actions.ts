/** What people do to the document on the canvas; each is one step of undo. */

import { sentenceOf } from "../api/client";
import { uploadAsset } from "../api/assets";
import { newData, type NodeTypeSpec, type Port } from "../graph/node-types/catalogue";
import { type Clip, clipText, copy, fresh, pasted, readClip } from "../graph/clipboard";
import { type Connection, connect, weight } from "../graph/connect";
import {
  type Graph,
  type GraphNode,
  OUTPUT,
  type Point,
  withData,
  without,
  withPositions,
} from "../graph/document";
import { typeAccepting, mediaFieldOf } from "../graph/node-types/form";
import { grouped, ungrouped } from "../graph/groups";
import { newId } from "../graph/id";
import { freePlace } from "../graph/layout/freePosition";
import type { Patch } from "../graph/patch";
import { commit, graphNow, nodesById, redo, undo } from "../stores/document";
import { catalogueNow } from "../stores/server";
import { type Adding, NOTHING, notify, select, setUpload, useSession } from "../stores/session";
import { fit, isInView, middle } from "./viewport";

/** Drawn size of a node that was not measured yet. */
const USUAL_SIZE = { width: 300, height: 180 };
const STEP = 32;

function selected(): ReadonlySet<string> {
  return useSession.getState().selectedNodes;
}

/** Adds a node with its upper left corner at a point; gives its id. */
export function addNode(spec: NodeTypeSpec, at: Point, data = newData()): string {
  const node: GraphNode = {
    id: newId(spec.id),
    type: spec.id,
    position: clear({ x: Math.round(at.x), y: Math.round(at.y) }),
    data,
  };
  commit((graph) => ({ ...graph, nodes: [...graph.nodes, node] }));
  select([node.id]);
  return node.id;
}

/** The point, or one beside it if a node stands exactly there. */
function clear(at: Point): Point {
  const taken = graphNow().nodes.some(
    ({ position }) => Math.abs(position.x - at.x) < 8 && Math.abs(position.y - at.y) < 8,
  );
  return taken ? clear({ x: at.x + STEP, y: at.y + STEP }) : at;
}

/** Adds a node in the middle of the view, or beside what is there. */
export function addInMiddle(spec: NodeTypeSpec): string {
  const { flow } = middle();
  const wanted = { x: flow.x - USUAL_SIZE.width / 2, y: flow.y - USUAL_SIZE.height / 2 };
  const { sizes } = useSession.getState();
  const boxes = graphNow().nodes.map(({ id: other, position }) => ({
    ...position,
    ...(sizes.get(other) ?? USUAL_SIZE),
  }));
  const at = freePlace(boxes, wanted, USUAL_SIZE);
  const id = addNode(spec, at);
  if (!isInView({ ...at, ...USUAL_SIZE })) requestAnimationFrame(() => fit());
  return id;
}

/** Adds a node where a connection was dropped, and connects it. */
export function addConnected(spec: NodeTypeSpec, { flow, from }: Adding): string {
  const offset = from?.type === "target" ? USUAL_SIZE.width : 0;
  const id = addNode(spec, { x: flow.x - offset, y: flow.y - 40 });
  if (!from) return id;
  const other = nodesById(graphNow()).get(from.nodeId);
  const connection =
    from.type === "source"
      ? connectionInto(spec, id, from.nodeId, outputKind(other))
      : { source: id, sourceHandle: OUTPUT, target: from.nodeId, targetHandle: from.handle };
  if (connection) commit((graph) => connect(graph, catalogueNow(), connection), null);
  return id;
}

function outputKind(node: GraphNode | undefined) {
  return node && catalogueNow().byId.get(node.type)?.output;
}

/** The port of a new node that a value of this kind is most likely meant for. */
export function likelyPort(spec: NodeTypeSpec, kind: string | undefined): Port | undefined {
  const ports = spec.inputs.filter((port) => port.kinds.some((each) => each === kind));
  return ports.toSorted((a, b) => weight(b) - weight(a))[0];
}

function connectionInto(
  spec: NodeTypeSpec,
  target: string,
  source: string,
  kind: string | undefined,
): Connection | null {
  const port = likelyPort(spec, kind);
  return port ? { source, sourceHandle: OUTPUT, target, targetHandle: port.handle } : null;
}

export function connectHandles(connection: Connection): void {
  commit((graph) => connect(graph, catalogueNow(), connection));
}

/** Leads the end or the beginning of an edge elsewhere. */
export function reconnect(edgeId: string, connection: Connection): void {
  commit((graph) => {
    const rest = without(graph, NOTHING, new Set([edgeId]));
    const after = connect(rest, catalogueNow(), connection);
    return after === rest ? graph : after;
  });
}

export function moveNodes(positions: ReadonlyMap<string, Point>): void {
  commit((graph) => withPositions(graph, positions));
}

export function removeSelected(): void {
  const { selectedNodes, selectedEdges } = useSession.getState();
  remove(selectedNodes, selectedEdges);
}

export function remove(nodes: ReadonlySet<string>, edges: ReadonlySet<string> = NOTHING): void {
  commit((graph) => without(graph, nodes, edges));
  select([]);
}

export function selectAll(): void {
  select(graphNow().nodes.map((node) => node.id));
}

export async function copySelected(): Promise<void> {
  const clip = copy(graphNow(), selected());
  if (clip.nodes.length) await writeClipboard(clipText(clip));
}

/** Not there on pages of another machine that were not loaded over TLS. */
const { clipboard } = navigator as Partial<Navigator>;

/** What was copied last, for browsers that let nobody read the clipboard. */
let lastClip: string | null = null;

async function writeClipboard(text: string): Promise<void> {
  lastClip = text;
  await clipboard?.writeText(text).catch(() => undefined);
}

export async function cutSelected(): Promise<void> {
  await copySelected();
  removeSelected();
}

/** Pastes what the clipboard has; `text` comes from a paste event. */
export async function paste(text?: string): Promise<void> {
  const read = text ?? (await clipboard?.readText().catch(() => null)) ?? lastClip ?? "";
  const clip = readClip(read) ?? (lastClip && !text ? readClip(lastClip) : null);
  if (clip) insert(clip, middle().flow, true);
}

function insert(clip: Clip, at: Point, centred = false): void {
  if (clip.nodes.length === 0) return;
  const made = fresh(clip, centred ? { x: at.x - 150, y: at.y - 90 } : at);
  commit((graph) => pasted(graph, made));
  select(made.nodes.map((node) => node.id));
}

export function duplicateSelected(): void {
  const clip = copy(graphNow(), selected());
  const first = clip.nodes[0];
  if (!first) return;
  const left = Math.min(...clip.nodes.map((node) => node.position.x));
  const top = Math.min(...clip.nodes.map((node) => node.position.y));
  insert(clip, { x: left + STEP, y: top + STEP });
}

export function groupSelected(): void {
  if (selected().size > 0) commit((graph) => grouped(graph, selected()));
}

export function ungroupSelected(): void {
  commit((graph) => ungrouped(graph, selected()));
}

/** Arranges the selected nodes, or all of them if fewer than two are selected. */
export async function arrange(): Promise<void> {
  const { arranged } = await import("../graph/layout/autoLayout");
  const { sizes, selectedNodes } = useSession.getState();
  const only = selectedNodes.size > 1 ? selectedNodes : undefined;
  const places = arranged(graphNow(), (id) => sizes.get(id) ?? USUAL_SIZE, only);
  moveNodes(places);
  requestAnimationFrame(() => fit(only));
}

export function undoOnce(): void {
  selectTouched(undo());
}

export function redoOnce(): void {
  selectTouched(redo());
}

/** Shows what undo changed by selecting it. */
function selectTouched(patch: Patch | null): void {
  if (!patch) return;
  const present = nodesById(graphNow());
  select(patch.nodes.map((change) => change.id).filter((id) => present.has(id)));
}

/** Uploads a file into a node; the node shows it meanwhile. */
export async function fillWithFile(nodeId: string, param: string, file: File): Promise<void> {
  const preview = URL.createObjectURL(file);
  const upload = { preview, mediaType: file.type, error: null };
  setUpload(nodeId, { ...upload, state: "loading" });
  try {
    const asset = await uploadAsset(file);
    setUpload(nodeId, null);
    const source = { kind: "asset", assetId: asset.id };
    commit((graph) => withData(graph, nodeId, { [param]: source }));
    URL.revokeObjectURL(preview);
  } catch (error) {
    setUpload(nodeId, { ...upload, state: "error", error: sentenceOf(error) });
  }
}

/** Files that were dropped or pasted become nodes of the types that take them. */
export function addFiles(files: readonly File[], at: Point): void {
  const { types } = catalogueNow();
  let place = at;
  for (const file of files) {
    const found = typeAccepting(types, file.type);
    if (!found) {
      notify(`“${file.name}” cannot be used: pictures and videos can.`, "error");
      continue;
    }
    const label = file.name.replace(/\.[^.]+$/, "").slice(0, 80);
    const id = addNode(found.spec, place, { label });
    void fillWithFile(id, found.field.name, file);
    place = { x: place.x + STEP, y: place.y + STEP };
  }
}

/** A pasted file goes into the selected node if that takes it, else into a new one. */
export function pasteFiles(files: readonly File[]): void {
  const [only] = selected();
  const node = only && selected().size === 1 ? nodesById(graphNow()).get(only) : undefined;
  const spec = node && catalogueNow().byId.get(node.type);
  const field = spec && mediaFieldOf(spec);
  const file = files[0];
  if (node && field && file && field.accept.includes(file.type)) {
    void fillWithFile(node.id, field.name, file);
  } else {
    addFiles(files, middle().flow);
  }
}

export function renameWorkflow(name: string): void {
  const text = name.trim();
  if (text) commit((graph: Graph) => ({ ...graph, name: text }), "name");
}
