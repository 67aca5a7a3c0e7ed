/**
 * What React Flow draws, composed from the document and the session. A node's object stays the
 * same until something of that node changes, so moving one node draws one node.
 */

import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import {
  type Catalogue,
  type Kind,
  type NodeTypeSpec,
  outputOf,
  specOf,
} from "../graph/node-types/catalogue";
import type { Graph, GraphEdge, GraphNode, Point } from "../graph/document";
import { deepEqual } from "../graph/equal";
import { estimateNode } from "../graph/layout/nodeSize";
import { type Box, type GroupFrame, groupFrames } from "../graph/groups";
import type { Size } from "../graph/layout/freePosition";

export interface CanvasNodeData extends Record<string, unknown> {
  node: GraphNode;
  /** The edges that enter the node. */
  incoming: readonly GraphEdge[];
}

export interface CanvasGroupData extends Record<string, unknown> {
  frame: GroupFrame;
}

export type CanvasNode = Node<CanvasNodeData, "step">;
export type CanvasGroup = Node<CanvasGroupData, "frame">;
export type CanvasElement = CanvasNode | CanvasGroup;
export type CanvasEdge = Edge<{ kind: Kind | undefined }, "wire">;

/** What of the session decides how nodes are drawn. */
export interface NodeAppearance {
  selectedNodes: ReadonlySet<string>;
  sizes: ReadonlyMap<string, Size>;
  dragged: ReadonlyMap<string, Point>;
  /** Whether only what is selected can be dragged: a finger that moves over a node pans. */
  selectFirst?: boolean;
}

/** Where a node is, for edges to go around it. */
export interface NodeBox extends Box {
  id: string;
}

const NO_EDGES: readonly GraphEdge[] = [];
export const GROUP_PREFIX = "frame:";
/** Above so many nodes only those in view are in the page; how large the others are is estimated. */
export const VIRTUALIZE_ABOVE = 150;

export class FlowElements {
  private knownNodes = new Map<string, CanvasNode>();
  private knownEdges = new Map<string, { edge: GraphEdge; element: CanvasEdge }>();
  private edges: readonly GraphEdge[] = NO_EDGES;
  private incoming = new Map<string, readonly GraphEdge[]>();
  private knownGroups = new Map<string, CanvasGroup>();
  private boxes: readonly NodeBox[] = [];

  constructor(private readonly catalogue: Catalogue) {}

  nodesOf(graph: Graph, appearance: NodeAppearance): CanvasElement[] {
    this.indexIncoming(graph.edges);
    const many = graph.nodes.length > VIRTUALIZE_ABOVE;
    const nodes = graph.nodes.map((node) => this.nodeOf(node, appearance, many));
    this.knownNodes = new Map(nodes.map((node) => [node.id, node]));
    return [...this.groupsOf(graph, appearance), ...nodes];
  }

  /** Where the nodes are, the same array until one is elsewhere; while some are dragged, where they were. */
  boxesOf(nodes: readonly CanvasElement[], dragging: boolean): readonly NodeBox[] {
    if (dragging) return this.boxes;
    const boxes = nodes.flatMap(({ id, type, position, measured }): NodeBox[] => {
      const { width, height } = measured ?? {};
      return type === "step" && width && height ? [{ id, ...position, width, height }] : [];
    });
    const known = new Map(this.boxes.map((box) => [box.id, box]));
    const same = boxes.every((box) => deepEqual(box, known.get(box.id)));
    if (!same || boxes.length !== this.boxes.length) this.boxes = boxes;
    return this.boxes;
  }

  private nodeOf(node: GraphNode, appearance: NodeAppearance, many: boolean): CanvasNode {
    const { id } = node;
    const known = this.knownNodes.get(id);
    const data = this.dataOf(node, known?.data);
    const measured = appearance.sizes.get(id);
    const spec = many && !measured ? this.catalogue.byId.get(node.type) : undefined;
    const size = measured ?? (spec && estimateNode(spec).size);
    const selected = appearance.selectedNodes.has(id);
    const position = appearance.dragged.get(id) ?? node.position;
    const unchanged =
      known?.selected === selected && known.measured === size && known.position === position;
    if (unchanged && known.data === data) return known;
    return {
      ...{ id, type: "step", position, selected, data },
      ...draggability(appearance, selected),
      ...(size ? { measured: size } : {}),
      ...(spec ? { handles: handlesOf(spec) } : {}),
    };
  }

  private dataOf(node: GraphNode, known: CanvasNodeData | undefined): CanvasNodeData {
    const incoming = this.incoming.get(node.id) ?? NO_EDGES;
    return known?.node === node && known.incoming === incoming ? known : { node, incoming };
  }

  private indexIncoming(edges: readonly GraphEdge[]): void {
    if (edges === this.edges) return;
    this.edges = edges;
    const sorted = new Map<string, GraphEdge[]>();
    for (const edge of edges) {
      const list = sorted.get(edge.target);
      if (list) list.push(edge);
      else sorted.set(edge.target, [edge]);
    }
    const kept = [...sorted].map(([id, list]): [string, readonly GraphEdge[]] => {
      const known = this.incoming.get(id);
      return [id, known && sameItems(known, list) ? known : list];
    });
    this.incoming = new Map(kept);
  }

  private groupsOf(graph: Graph, appearance: NodeAppearance): CanvasGroup[] {
    const frames = groupFrames(graph, (node) => boxOf(node, appearance));
    const nodes = frames.map((frame) => this.groupOf(frame));
    this.knownGroups = new Map(nodes.map((node) => [node.id, node]));
    return nodes;
  }

  private groupOf(frame: GroupFrame): CanvasGroup {
    const id = GROUP_PREFIX + frame.id;
    const known = this.knownGroups.get(id);
    if (known && JSON.stringify(known.data.frame) === JSON.stringify(frame)) return known;
    const { x, y, width, height } = frame.box;
    return {
      id,
      type: "frame",
      position: { x, y },
      data: { frame },
      width,
      height,
      measured: { width, height },
      zIndex: -1,
      selectable: false,
      deletable: false,
      connectable: false,
      focusable: false,
      draggable: false,
    };
  }

  edgesOf(graph: Graph, chosen: ReadonlySet<string>): CanvasEdge[] {
    const specs = new Map(graph.nodes.map((node) => [node.id, specOf(this.catalogue, node)]));
    const elements = graph.edges.map((edge) => {
      const selected = chosen.has(edge.id);
      const kind = outputOf(specs.get(edge.source), edge.sourceHandle)?.kind;
      const known = this.knownEdges.get(edge.id);
      const same = known?.edge === edge && known.element.selected === selected;
      return {
        edge,
        element:
          same && known.element.data?.kind === kind
            ? known.element
            : toCanvasEdge(edge, selected, kind),
      };
    });
    this.knownEdges = new Map(elements.map((each) => [each.edge.id, each]));
    return elements.map(({ element }) => element);
  }
}

function draggability({ selectFirst = false }: NodeAppearance, selected: boolean) {
  return selectFirst ? { draggable: selected } : {};
}

function toCanvasEdge(edge: GraphEdge, selected: boolean, kind: Kind | undefined): CanvasEdge {
  const { id, source, target } = edge;
  return {
    ...{ id, source, target, selected },
    sourceHandle: edge.sourceHandle ?? null,
    targetHandle: edge.targetHandle ?? null,
    type: "wire",
    data: { kind },
  };
}

const handlesCache = new WeakMap<NodeTypeSpec, NodeHandle[]>();

/** Where edges end at a node that was not drawn yet. */
function handlesOf(spec: NodeTypeSpec): NodeHandle[] {
  const known = handlesCache.get(spec);
  if (known) return known;
  const made = estimateNode(spec).ports.map(({ id, type, x, y }): NodeHandle => {
    const position = type === "source" ? Position.Right : Position.Left;
    return { id, type, x, y, position, width: 1, height: 1 };
  });
  handlesCache.set(spec, made);
  return made;
}

function boxOf(node: GraphNode, appearance: NodeAppearance): Box | null {
  const size = appearance.sizes.get(node.id);
  return size ? { ...(appearance.dragged.get(node.id) ?? node.position), ...size } : null;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
