/** Ids of new nodes and edges: short, readable, not in use. */

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** A random word of `length` letters; 8 of them are 40 bits. */
export function randomId(length = 8): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
}

/** `prefix-xxxxxxxx`, such as `crop-k3v9w2ab`. */
export function newId(prefix: string): string {
  return `${prefix}-${randomId()}`;
}
