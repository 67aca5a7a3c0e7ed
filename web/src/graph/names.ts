/** What nodes are called where people read: never by an id, and each differently. */

import { type GraphNode, labelOf } from "./document";
import type { Catalogue } from "./node-types/catalogue";

type Titles = Pick<Catalogue, "byId">;

const cache = new WeakMap<readonly GraphNode[], ReadonlyMap<string, string>>();

/** The name of each node by its id; of those that share one, the second is “… (2)”. */
export function nodeNames(
  nodes: readonly GraphNode[],
  { byId }: Titles,
): ReadonlyMap<string, string> {
  const known = cache.get(nodes);
  if (known) return known;
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const node of nodes) {
    const label = labelOf(node, byId.get(node.type)?.title);
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    names.set(node.id, count === 1 ? label : `${label} (${count})`);
  }
  cache.set(nodes, names);
  return names;
}

/** A label that no other node has: “Describe”, else “Describe 2” and so on. */
export function newLabel(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/ \d+$/, "");
  let count = 2;
  while (taken.has(`${stem} ${count}`)) count += 1;
  return `${stem} ${count}`;
}

const BY_TYPE_AND_ID = /“(\S+) (\S+)”/g;

/** A sentence of the server, which calls nodes without a label by type and id, with their names. */
export function withNodeNames(
  text: string,
  nodes: readonly GraphNode[],
  catalogue: Titles,
): string {
  return text.replaceAll(BY_TYPE_AND_ID, (said, type: string, id: string) => {
    const named = nodes.some((node) => node.id === id && node.type === type);
    return named ? `“${nodeNames(nodes, catalogue).get(id)}”` : said;
  });
}

/** Sentences begin with the name of the node, which stands right above. */
export function withoutName(message: string): string {
  return message.replace(/^“[^”]*”: /, "");
}
