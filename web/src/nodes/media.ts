/** Images and videos that the editor knows of: given in the form, uploaded, or made by a run. */

import { assetUrl } from "../api/assets";
import { type GraphEdge, type GraphNode, type Json } from "../graph/document";
import { mediaFieldOf } from "../graph/node-types/form";
import { currentGraph, nodesById, useDocument } from "../stores/document";
import { displayedNode, useRuns } from "../stores/runs";
import { currentCatalogue } from "../stores/server";
import { outputAt } from "./result/outputs";

export interface Media {
  kind: "image" | "video";
  url: string;
  /** Whether thumbnails of it can be asked for. */
  hasThumbnails: boolean;
}

/** What a source param points to, as far as this page may show it. */
export function mediaOf(source: Json | undefined, accept: readonly string[]): Media | null {
  if (typeof source !== "object" || source === null || Array.isArray(source)) return null;
  const kind = accept[0]?.startsWith("video/") ? "video" : "image";
  const { assetId } = source;
  return typeof assetId === "string" ? { kind, url: assetUrl(assetId), hasThumbnails: true } : null;
}

/** The image or video that enters an input, if it is known; reads the shown run and the form. */
export function useInputMedia(incoming: readonly GraphEdge[], handle: string | null): Media | null {
  const edge = incoming.find((each) => each.targetHandle === handle);
  const made = useRuns((state) => {
    const run = edge && displayedNode(state, edge.source);
    const output = run && outputAt(run, edge.sourceHandle ?? undefined);
    return output && (output.kind === "image" || output.kind === "video") ? output : null;
  });
  const source = useDocument((state) => edge && nodesById(state.graph).get(edge.source));
  const given = source ? mediaOfForm(source) : null;
  if (given) return given;
  return made ? { kind: made.kind, url: made.url, hasThumbnails: true } : null;
}

function mediaOfForm(node: GraphNode): Media | null {
  const spec = currentCatalogue().byId.get(node.type);
  const field = spec && mediaFieldOf(spec);
  if (!field) return null;
  const connected = currentGraph().edges.some(
    (edge) => edge.target === node.id && edge.targetHandle === field.name,
  );
  return connected ? null : mediaOf(node.data[field.name], field.accept);
}
