/** What people do to the document on the canvas; each is one step of undo. */

import { errorMessage } from "../api/client";
import { uploadAsset } from "../api/sdk";
import {
  accepts,
  outputOf,
  portOf,
  specOf,
  type NodeTypeSpec,
} from "../graph/node-types/catalogue";
import {
  type Clip,
  serializeClip,
  copyNodes,
  withNewIds,
  insertClip,
  parseClip,
} from "../graph/clipboard";
import { type Connection, connect, portPriority } from "../graph/connect";
import {
  type Graph,
  type GraphNode,
  labelOf,
  type NodeData,
  type Point,
  withData,
  withoutElements,
  withPositions,
} from "../graph/document";
import { nodeTypeAccepting, mediaFieldOf } from "../graph/node-types/form";
import { groupNodes, ungroupNodes } from "../graph/groups";
import { newId } from "../graph/id";
import { estimateNode } from "../graph/layout/nodeSize";
import { nodeNames, newLabel } from "../graph/names";
import { findFreePosition } from "../graph/layout/freePosition";
import type { Patch } from "../graph/patch";
import { commit, currentGraph, nodesById, redo, undo } from "../stores/document";
import { currentCatalogue } from "../stores/server";
import {
  type AddRequest,
  EMPTY_SET,
  notify,
  select,
  setUpload,
  useSession,
} from "../stores/session";
import { editor } from "../sync/editor";

/** Drawn size of a node that was not measured yet. */
const DEFAULT_SIZE = { width: 300, height: 180 };
const OFFSET = 32;

function selectedNodes(): ReadonlySet<string> {
  return useSession.getState().selectedNodes;
}

function takenNames(): Set<string> {
  return new Set(nodeNames(currentGraph().nodes, currentCatalogue()).values());
}

/** Adds a node with its upper left corner at a point; gives its id. Every default of its type holds. */
export function addNode(spec: NodeTypeSpec, at: Point, values: NodeData = {}): string {
  const wanted = typeof values["label"] === "string" ? values["label"] : spec.title;
  const data = { ...values, label: newLabel(wanted, takenNames()) };
  const node: GraphNode = {
    id: newId(spec.id),
    type: spec.id,
    position: unoccupied({ x: Math.round(at.x), y: Math.round(at.y) }),
    data,
  };
  commit((graph) => ({ ...graph, nodes: [...graph.nodes, node] }));
  select([node.id]);
  return node.id;
}

/** The point, or one beside it if a node stands exactly there. */
function unoccupied(at: Point): Point {
  const taken = currentGraph().nodes.some(
    ({ position }) => Math.abs(position.x - at.x) < 8 && Math.abs(position.y - at.y) < 8,
  );
  return taken ? unoccupied({ x: at.x + OFFSET, y: at.y + OFFSET }) : at;
}

/** Adds a node in the middle of the view, or beside what is there. */
export function addNodeInView(spec: NodeTypeSpec): string {
  const { position } = editor.view.center();
  const { size } = estimateNode(spec);
  const wanted = { x: position.x - size.width / 2, y: position.y - size.height / 2 };
  const { sizes } = useSession.getState();
  const boxes = currentGraph().nodes.map(({ id: other, position }) => ({
    ...position,
    ...(sizes.get(other) ?? DEFAULT_SIZE),
  }));
  const at = findFreePosition(boxes, wanted, size);
  const id = addNode(spec, at);
  if (!editor.view.contains({ ...at, ...size })) requestAnimationFrame(() => editor.view.fit());
  return id;
}

/** Asks which node is to be added at a point. */
export function openAddMenu(at: Pick<AddRequest, "screen" | "position">): void {
  requestAnimationFrame(() => useSession.setState({ addRequest: { ...at, from: null } }));
}

/** Adds a node where a connection was dropped, and connects it. */
export function addConnectedNode(spec: NodeTypeSpec, { position, from }: AddRequest): string {
  const offset = from?.type === "target" ? DEFAULT_SIZE.width : 0;
  const id = addNode(spec, { x: position.x - offset, y: position.y - 40 });
  if (!from) return id;
  const handles = fittingHandles(spec, from);
  const ends =
    from.type === "source"
      ? { source: from.nodeId, target: id }
      : { source: id, target: from.nodeId };
  if (handles) {
    commit((graph) => connect(graph, currentCatalogue(), { ...ends, ...handles }), null);
  }
  return id;
}

/** Which handles of a new node and of the one it is drawn from are most likely meant; null: none. */
export function fittingHandles(spec: NodeTypeSpec, from: NonNullable<AddRequest["from"]>) {
  const catalogue = currentCatalogue();
  const node = nodesById(currentGraph()).get(from.nodeId);
  const fromSpec = node && specOf(catalogue, node);
  const [outputs, inputs] =
    from.type === "source"
      ? [[outputOf(fromSpec, from.handle)], spec.inputs]
      : [spec.outputs, [portOf(fromSpec, from.handle)].filter((port) => port !== undefined)];
  for (const port of inputs.toSorted((a, b) => portPriority(b) - portPriority(a))) {
    const output = outputs.find((each) => accepts(catalogue, port, each));
    if (output) return { sourceHandle: output.handle, targetHandle: port.handle };
  }
  return null;
}

export function connectPorts(connection: Connection): void {
  commit((graph) => connect(graph, currentCatalogue(), connection));
}

/** Leads the end or the beginning of an edge elsewhere. */
export function reconnectEdge(edgeId: string, connection: Connection): void {
  commit((graph) => {
    const rest = withoutElements(graph, EMPTY_SET, new Set([edgeId]));
    const after = connect(rest, currentCatalogue(), connection);
    return after === rest ? graph : after;
  });
}

export function moveNodes(positions: ReadonlyMap<string, Point>): void {
  commit((graph) => withPositions(graph, positions));
}

export function removeSelected(): void {
  const { selectedNodes, selectedEdges } = useSession.getState();
  removeElements(selectedNodes, selectedEdges);
}

export function removeElements(
  nodes: ReadonlySet<string>,
  edges: ReadonlySet<string> = EMPTY_SET,
): void {
  commit((graph) => withoutElements(graph, nodes, edges));
  select([]);
}

export function selectAll(): void {
  select(currentGraph().nodes.map((node) => node.id));
}

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
export async function paste(text?: string, at = editor.view.landingPoint()): Promise<void> {
  const { lastClip } = editor;
  const read = text ?? (await clipboard?.readText().catch(() => null)) ?? lastClip ?? "";
  const clip = parseClip(read) ?? (lastClip && !text ? parseClip(lastClip) : null);
  if (clip) insertAt(clip, at, true);
}

function insertAt(clip: Clip, at: Point, centred = false): void {
  if (clip.nodes.length === 0) return;
  const made = withOwnLabels(withNewIds(clip, centred ? { x: at.x - 150, y: at.y - 90 } : at));
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

export function duplicateSelected(): void {
  const clip = copyNodes(currentGraph(), selectedNodes());
  const first = clip.nodes[0];
  if (!first) return;
  const left = Math.min(...clip.nodes.map((node) => node.position.x));
  const top = Math.min(...clip.nodes.map((node) => node.position.y));
  insertAt(clip, { x: left + OFFSET, y: top + OFFSET });
}

export function groupSelected(): void {
  if (selectedNodes().size > 0) commit((graph) => groupNodes(graph, selectedNodes()));
}

export function ungroupSelected(): void {
  commit((graph) => ungroupNodes(graph, selectedNodes()));
}

/** Arranges the selected nodes, or all of them if fewer than two are selected. */
export async function arrangeNodes(): Promise<void> {
  const { autoLayout } = await import("../graph/layout/autoLayout");
  const { sizes, selectedNodes } = useSession.getState();
  const only = selectedNodes.size > 1 ? selectedNodes : undefined;
  const places = autoLayout(currentGraph(), (id) => sizes.get(id) ?? DEFAULT_SIZE, only);
  moveNodes(places);
  requestAnimationFrame(() => editor.view.fit(only));
}

export function undoStep(): void {
  selectChanged(undo());
}

export function redoStep(): void {
  selectChanged(redo());
}

/** Shows what undo changed by selecting it. */
function selectChanged(patch: Patch | null): void {
  if (!patch) return;
  const present = nodesById(currentGraph());
  select(patch.nodes.map((change) => change.id).filter((id) => present.has(id)));
}

/** Uploads a file into a node; the node shows it meanwhile. */
export async function uploadIntoNode(nodeId: string, param: string, file: File): Promise<void> {
  const preview = URL.createObjectURL(file);
  const upload = { preview, mediaType: file.type, error: null };
  setUpload(nodeId, { ...upload, state: "loading" });
  try {
    const asset = await uploadAsset({ body: { file } });
    setUpload(nodeId, null);
    const source = { kind: "asset", assetId: asset.id };
    commit((graph) => withData(graph, nodeId, { [param]: source }));
    URL.revokeObjectURL(preview);
  } catch (error) {
    setUpload(nodeId, { ...upload, state: "error", error: errorMessage(error) });
  }
}

/** Files that were dropped or pasted become nodes of the types that take them. */
export function addFiles(files: readonly File[], at: Point): void {
  const { types } = currentCatalogue();
  let place = at;
  for (const file of files) {
    const found = nodeTypeAccepting(types, file.type);
    if (!found) {
      notify(`“${file.name}” cannot be used: pictures and videos can.`, "error");
      continue;
    }
    const label = file.name.replace(/\.[^.]+$/, "").slice(0, 80);
    const id = addNode(found.spec, place, { label });
    void uploadIntoNode(id, found.field.name, file);
    place = { x: place.x + OFFSET, y: place.y + OFFSET };
  }
}

/** A result that was dragged onto the canvas becomes a node that gives it. */
export function addResult(
  { mediaType, assetId, label }: { mediaType: string; assetId: string; label: string },
  at: Point,
): void {
  const found = nodeTypeAccepting(currentCatalogue().types, mediaType);
  if (found) addNode(found.spec, at, { label, [found.field.name]: { kind: "asset", assetId } });
}

/** A pasted file goes into the selected node if that takes it, else into a new one. */
export function pasteFiles(files: readonly File[]): void {
  const [only] = selectedNodes();
  const node = only && selectedNodes().size === 1 ? nodesById(currentGraph()).get(only) : undefined;
  const spec = node && currentCatalogue().byId.get(node.type);
  const field = spec && mediaFieldOf(spec);
  const file = files[0];
  if (node && field && file && field.accept.includes(file.type)) {
    void uploadIntoNode(node.id, field.name, file);
  } else {
    addFiles(files, editor.view.landingPoint());
  }
}

export function renameWorkflow(name: string): void {
  const text = name.trim();
  if (text) commit((graph: Graph) => ({ ...graph, name: text }), "name");
}
