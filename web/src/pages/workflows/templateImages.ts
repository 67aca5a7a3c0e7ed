/** Pictures of the templates, each of its canvas after a run: `make screenshots ARGS=templates`. */

const ADDRESSES = import.meta.glob<string>("./template-images/*.webp", {
  eager: true,
  import: "default",
  query: "?url",
});

/** The address of a template's picture; undefined: there is none. */
export function templateImage(id: string): string | undefined {
  return ADDRESSES[`./template-images/${id}.webp`];
}
