/**
 * What React Flow draws, composed from the document and the session. A node's object stays the
 * same until something of that node changes, so moving one node draws one node.
 */

import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import type { Catalogue, Kind, NodeTypeSpec } from "../graph/node-types/catalogue";
import type { Graph, GraphEdge, GraphNode, Point } from "../graph/document";
import { estimateOf } from "../graph/layout/nodeSize";
import { type Box, type GroupFrame, groupFrames } from "../graph/groups";
import type { Size } from "../graph/layout/freePosition";

export interface StepData extends Record<string, unknown> {
  node: GraphNode;
  /** The edges that enter the node. */
  incoming: readonly GraphEdge[];
}

export interface FrameData extends Record<string, unknown> {
  frame: GroupFrame;
}

export type StepNode = Node<StepData, "step">;
export type FrameNode = Node<FrameData, "frame">;
export type FlowNode = StepNode | FrameNode;
export type WireEdge = Edge<{ kind: Kind | undefined }, "wire">;

/** What of the session decides how nodes are drawn. */
export interface Looks {
  selectedNodes: ReadonlySet<string>;
  sizes: ReadonlyMap<string, Size>;
  dragged: ReadonlyMap<string, Point>;
}

const NO_EDGES: readonly GraphEdge[] = [];
export const FRAME_PREFIX = "frame:";
/** Above so many nodes only those in view are in the page; how large the others are is estimated. */
export const MANY = 150;

export class Composer {
  private steps = new Map<string, StepNode>();
  private wires = new Map<string, { edge: GraphEdge; wire: WireEdge }>();
  private edges: readonly GraphEdge[] = NO_EDGES;
  private incoming = new Map<string, readonly GraphEdge[]>();
  private frames = new Map<string, FrameNode>();

  constructor(private readonly catalogue: Catalogue) {}

  nodes(graph: Graph, looks: Looks): FlowNode[] {
    this.sortIncoming(graph.edges);
    const many = graph.nodes.length > MANY;
    const steps = graph.nodes.map((node) => this.step(node, looks, many));
    this.steps = new Map(steps.map((step) => [step.id, step]));
    return [...this.composeFrames(graph, looks), ...steps];
  }

  private step(node: GraphNode, looks: Looks, many: boolean): StepNode {
    const { id } = node;
    const known = this.steps.get(id);
    const data = this.dataOf(node, known?.data);
    const measured = looks.sizes.get(id);
    const spec = many && !measured ? this.catalogue.byId.get(node.type) : undefined;
    const size = measured ?? (spec && estimateOf(spec).size);
    const selected = looks.selectedNodes.has(id);
    const position = looks.dragged.get(id) ?? node.position;
    const looksSame =
      known?.selected === selected && known.measured === size && known.position === position;
    if (looksSame && known.data === data) return known;
    return {
      ...{ id, type: "step", position, selected, data },
      ...(size ? { measured: size } : {}),
      ...(spec ? { handles: handlesOf(spec) } : {}),
    };
  }

  private dataOf(node: GraphNode, known: StepData | undefined): StepData {
    const incoming = this.incoming.get(node.id) ?? NO_EDGES;
    return known?.node === node && known.incoming === incoming ? known : { node, incoming };
  }

  private sortIncoming(edges: readonly GraphEdge[]): void {
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

  private composeFrames(graph: Graph, looks: Looks): FrameNode[] {
    const frames = groupFrames(graph, (node) => boxOf(node, looks));
    const nodes = frames.map((frame) => this.frame(frame));
    this.frames = new Map(nodes.map((node) => [node.id, node]));
    return nodes;
  }

  private frame(frame: GroupFrame): FrameNode {
    const id = FRAME_PREFIX + frame.id;
    const known = this.frames.get(id);
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

  wiresOf(graph: Graph, chosen: ReadonlySet<string>): WireEdge[] {
    const outputs = new Map(
      graph.nodes.map((node) => [node.id, this.catalogue.byId.get(node.type)?.output]),
    );
    const wires = graph.edges.map((edge) => {
      const selected = chosen.has(edge.id);
      const kind = outputs.get(edge.source);
      const known = this.wires.get(edge.id);
      const same = known?.edge === edge && known.wire.selected === selected;
      return {
        edge,
        wire: same && known.wire.data?.kind === kind ? known.wire : wire(edge, selected, kind),
      };
    });
    this.wires = new Map(wires.map((each) => [each.edge.id, each]));
    return wires.map((each) => each.wire);
  }
}

function wire(edge: GraphEdge, selected: boolean, kind: Kind | undefined): WireEdge {
  const { id, source, target } = edge;
  return {
    ...{ id, source, target, selected },
    sourceHandle: edge.sourceHandle ?? null,
    targetHandle: edge.targetHandle ?? null,
    type: "wire",
    data: { kind },
  };
}

const handles = new WeakMap<NodeTypeSpec, NodeHandle[]>();

/** Where edges end at a node that was not drawn yet. */
function handlesOf(spec: NodeTypeSpec): NodeHandle[] {
  const known = handles.get(spec);
  if (known) return known;
  const made = estimateOf(spec).ports.map(({ id, type, x, y }): NodeHandle => {
    const position = type === "source" ? Position.Right : Position.Left;
    return { id, type, x, y, position, width: 1, height: 1 };
  });
  handles.set(spec, made);
  return made;
}

function boxOf(node: GraphNode, looks: Looks): Box | null {
  const size = looks.sizes.get(node.id);
  return size ? { ...(looks.dragged.get(node.id) ?? node.position), ...size } : null;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
