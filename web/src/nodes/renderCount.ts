/** Counts how often nodes are drawn, for the measurement that moving one draws one. */

declare global {
  var nodeloomRenders: Map<string, number> | undefined;
}

export function countRender(id: string): void {
  const counts = globalThis.nodeloomRenders;
  counts?.set(id, (counts.get(id) ?? 0) + 1);
}
