/** The results on the canvas, one after the other as they were made. */

import type { Value } from "../../generated/api";
import type { GraphNode } from "../../graph/document";
import type { Catalogue } from "../../graph/node-types/catalogue";
import { outputsOf } from "../../nodes/result/outputs";
import { displayedNode, type NodeRun, type RunsState } from "../../stores/runs";
import { inExecutionOrder } from "../runs/format";

export type ItemValue = Exclude<Value, { kind: "list" }>;

export interface ShownResult {
  nodeId: string;
  handle: string;
  /** The place in a list, from 0. */
  item: number;
  /** Of an output among several; null: the only one. */
  title: string | null;
  value: ItemValue;
  /** The images that the node was given; of these the result may be an edit. */
  givenImages: Extract<Value, { kind: "image" }>[];
}

/** Every result that the nodes of a graph show; of a list, each item. */
export function listResults(
  nodes: readonly GraphNode[],
  runs: RunsState,
  { byId }: Pick<Catalogue, "byId">,
): ShownResult[] {
  const shown = nodes.flatMap((node): [string, NodeRun][] => {
    const run = displayedNode(runs, node.id);
    return run?.status === "COMPLETED" ? [[node.id, run]] : [];
  });
  return inExecutionOrder(Object.fromEntries(shown)).flatMap(([nodeId, run]) =>
    outputsOf(run, byId.get(run.nodeType)).flatMap(({ handle, title, value }) =>
      itemsOf(value).map((each, item) => ({
        ...{ nodeId, handle, item, title, value: each },
        givenImages: givenImages(run),
      })),
    ),
  );
}

export function itemsOf(value: Value): ItemValue[] {
  return value.kind === "list" ? value.items : [value];
}

function givenImages({ input }: NodeRun): ShownResult["givenImages"] {
  const given = Object.values(input).flatMap((each) => (Array.isArray(each) ? each : [each]));
  return given.flatMap(itemsOf).filter((each) => each.kind === "image");
}
