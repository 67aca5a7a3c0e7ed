/** The catalogue as the editor asks it. What a node type is called and takes stands only there. */

import type { NodeTypePage, NodeTypeSpec, OutputPort, Port } from "../../generated/api";
import { type GraphNode, OUTPUT_HANDLE } from "../document";

export type Kind = NodeTypeSpec["output"];
export type { NodeTypeSpec, OutputPort, Port };

export interface Catalogue {
  types: readonly NodeTypeSpec[];
  byId: ReadonlyMap<string, NodeTypeSpec>;
  categories: NodeTypePage["categories"];
  kinds: ReadonlyMap<Kind, NodeTypePage["kinds"][number]>;
}

export function makeCatalogue(page: NodeTypePage): Catalogue {
  return {
    types: page.items,
    byId: new Map(page.items.map((spec) => [spec.id, spec])),
    categories: page.categories,
    kinds: new Map(page.kinds.map((kind) => [kind.id, kind])),
  };
}

export function specOf(catalogue: Catalogue, node: GraphNode): NodeTypeSpec | undefined {
  return catalogue.byId.get(node.type);
}

export function portOf(spec: NodeTypeSpec | undefined, handle: unknown): Port | undefined {
  return spec?.inputs.find((port) => port.handle === handle);
}

/** The output of a node at a handle; undefined: it has no such output. */
export function outputOf(spec: NodeTypeSpec | undefined, handle?: string | null) {
  return spec?.outputs.find((output) => output.handle === (handle ?? OUTPUT_HANDLE));
}

/** Whether what an output gives fits a port; the catalogue has which kinds fit which. */
export function accepts({ kinds }: Catalogue, port: Port, output: OutputPort | undefined): boolean {
  if (!output || (output.isList && !port.many)) return false;
  return kinds.get(output.kind)?.fits.some((kind) => port.kinds.includes(kind)) ?? false;
}

type Described = Pick<NodeTypeSpec, "title" | "description" | "category">;

/** The node types that a word stands in; those that are called so come first. */
export function searchNodeTypes<T extends Described>(types: readonly T[], typed: string): T[] {
  const word = typed.trim().toLowerCase();
  const rank = ({ title, description, category }: Described) => {
    const at = title.toLowerCase().indexOf(word);
    if (at >= 0) return at === 0 ? 0 : 1;
    return `${description} ${category}`.toLowerCase().includes(word) ? 2 : 3;
  };
  return types.filter((spec) => rank(spec) < 3).toSorted((a, b) => rank(a) - rank(b));
}

/** "text", "text or number": for sentences. */
export function formatKinds(catalogue: Catalogue, kinds: readonly Kind[]): string {
  return kinds.map((kind) => (catalogue.kinds.get(kind)?.title ?? kind).toLowerCase()).join(" or ");
}

/** What people call a param as an input of the workflow: after its node, which is there for it or not. */
export function inputTitle(
  { category }: NodeTypeSpec,
  nodeName: string,
  { title }: { title: string },
): string {
  return category === "input" ? nodeName : `${nodeName}: ${title}`;
}
