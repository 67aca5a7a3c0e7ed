/** What people do to the document on the canvas; each is one step of undo. */

import { errorMessage } from "../api/client";
import { readRunNode, uploadAsset } from "../api/sdk";
import {
  accepts,
  outputOf,
  portOf,
  specOf,
  type NodeTypeSpec,
} from "../graph/node-types/catalogue";
import { type Connection, connect, portPriority } from "../graph/connect";
import {
  type Graph,
  type GraphNode,
  type NodeData,
  type Point,
  withData,
  withoutElements,
} from "../graph/document";
import {
  mediaFieldOf,
  nodeTypeAccepting,
  nodeTypeForText,
  textFieldOf,
} from "../graph/node-types/form";
import { groupNodes, ungroupNodes } from "../graph/groups";
import { newId } from "../graph/id";
import { estimateNode } from "../graph/layout/nodeSize";
import { nodeNames, newLabel } from "../graph/names";
import { findFreePosition, type Size } from "../graph/layout/freePosition";
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
import { nodeBox } from "./boxes";

/** Of something new from what lies where it would be. */
export const OFFSET = 32;

export function selectedNodes(): ReadonlySet<string> {
  return useSession.getState().selectedNodes;
}

export function takenNames(): Set<string> {
  return new Set(nodeNames(currentGraph().nodes, currentCatalogue()).values());
}

/** Adds a node with its upper left corner at a point; gives its id. Every default of its type holds. */
export function addNode(spec: NodeTypeSpec, at: Point, values: NodeData = {}): string {
  const wanted = typeof values["label"] === "string" ? values["label"] : spec.title;
  const data = { ...values, label: newLabel(wanted, takenNames()) };
  const node: GraphNode = {
    id: newId(spec.id),
    type: spec.id,
    position: freePoint({ x: Math.round(at.x), y: Math.round(at.y) }),
    data,
  };
  commit((graph) => ({ ...graph, nodes: [...graph.nodes, node] }));
  select([node.id]);
  const field = textFieldOf(spec);
  if (field && !(field.name in values)) {
    editor.view.focusNewNode(node.id, `${node.id}-${field.name}`);
  }
  return node.id;
}

/** The point, or one beside it if a node stands exactly there. */
export function freePoint(at: Point): Point {
  const taken = currentGraph().nodes.some(
    ({ position }) => Math.abs(position.x - at.x) < 8 && Math.abs(position.y - at.y) < 8,
  );
  return taken ? freePoint({ x: at.x + OFFSET, y: at.y + OFFSET }) : at;
}

/** Adds a node in the middle of the view, or beside what is there. */
export function addNodeInView(spec: NodeTypeSpec): string {
  const { size } = estimateNode(spec);
  const { position } = editor.view.center();
  const at = freeBeside({ x: position.x - size.width / 2, y: position.y - size.height / 2 }, size);
  const id = addNode(spec, at);
  if (!editor.view.contains({ ...at, ...size })) requestAnimationFrame(() => editor.view.fit());
  return id;
}

/** The point, or the nearest where a node of this size covers no other. */
function freeBeside(at: Point, size: Size): Point {
  return findFreePosition(currentGraph().nodes.map(nodeBox), at, size);
}

/** Asks which node is to be added at a point, or where something new lands. */
export function openAddMenu(at: Omit<AddRequest, "from"> = editor.view.newPlace()): void {
  requestAnimationFrame(() => useSession.setState({ addRequest: { ...at, from: null } }));
}

/** Adds a node where it was asked for, has it connected, and gives it the keyboard. */
export function addConnectedNode(spec: NodeTypeSpec, request: AddRequest): void {
  const { from } = request;
  const { size } = estimateNode(spec);
  const offset = from ? (from.type === "target" ? size.width : 0) : 40;
  const at = { x: request.position.x - offset, y: request.position.y - (from ? 40 : 20) };
  const id = addNode(spec, request.pointed ? at : freeBeside(at, size));
  if (!textFieldOf(spec)) editor.view.focusNewNode(id);
  const handles = from && fittingHandles(spec, from);
  if (!handles) return;
  const ends =
    from.type === "source"
      ? { source: from.nodeId, target: id }
      : { source: id, target: from.nodeId };
  commit((graph) => connect(graph, currentCatalogue(), { ...ends, ...handles }), null);
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

/** Shows a node, selects it, and gives it the keyboard. */
export function showNode(id: string): void {
  select([id]);
  editor.view.fit([id]);
  editor.view.focusNewNode(id);
}

export function selectAll(): void {
  select(currentGraph().nodes.map((node) => node.id));
}

export function groupSelected(): void {
  if (selectedNodes().size > 0) commit((graph) => groupNodes(graph, selectedNodes()));
}

export function ungroupSelected(): void {
  commit((graph) => ungroupNodes(graph, selectedNodes()));
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

/** A picture or a film that a node is made of. */
export interface NewMedia {
  mediaType: string;
  assetId: string;
  label: string;
}

/** A text that a node is made of. */
export interface NewText {
  text: string;
  /** What gave it, where this is only its beginning. */
  whole: { runId: string; nodeId: string } | null;
  label: string;
}

/** A result that was dragged onto the canvas becomes a node that gives it. */
export async function addResult(result: NewMedia | NewText, at: Point): Promise<void> {
  const { types } = currentCatalogue();
  const { label } = result;
  if ("assetId" in result) {
    const found = nodeTypeAccepting(types, result.mediaType);
    const source = { kind: "asset", assetId: result.assetId };
    if (found) addNode(found.spec, at, { label, [found.field.name]: source });
    return;
  }
  const found = nodeTypeForText(types);
  try {
    const text = result.whole ? await readText(result.whole) : result.text;
    if (found) addNode(found.spec, at, { label, [found.field.name]: text ?? result.text });
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}

/** The text that a node gave in a run, in full. */
async function readText(path: { runId: string; nodeId: string }): Promise<string | null> {
  const { output } = await readRunNode({ path });
  return output?.kind === "text" ? output.text : null;
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
    addFiles(files, editor.view.newPlace().position);
  }
}

export function renameWorkflow(name: string): void {
  const text = name.trim();
  if (text) commit((graph: Graph) => ({ ...graph, name: text }), "name");
}
