/** How two texts differ, word by word; line by line where they are long. Pure. */

export interface TextPiece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Pairs of words that are looked at; beyond that lines are, and beyond that the whole texts. */
const MAX_PAIRS = 4_000_000;
const WORDS = /\s+|[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu;
const LINES = /[^\n]*\n|[^\n]+/g;

/** The pieces in their order: the same ones and the removed ones are `before`, in full. */
export function compareTexts(before: string, after: string): TextPiece[] {
  for (const tokens of [WORDS, LINES]) {
    const pieces = compareTokens(before.match(tokens) ?? [], after.match(tokens) ?? []);
    if (pieces) return pieces;
  }
  return joined([
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ]);
}

/** Null: they are too many to be compared. */
function compareTokens(before: string[], after: string[]): TextPiece[] | null {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from += 1;
  let same = 0;
  const most = Math.min(before.length, after.length) - from;
  while (same < most && before[before.length - 1 - same] === after[after.length - 1 - same])
    same += 1;
  const one = before.slice(from, before.length - same);
  const other = after.slice(from, after.length - same);
  if ((one.length + 1) * (other.length + 1) > MAX_PAIRS) return null;
  return joined([
    { kind: "same", text: before.slice(0, from).join("") },
    ...longestCommon(one, other),
    { kind: "same", text: same ? before.slice(-same).join("") : "" },
  ]);
}

/** By the longest common subsequence of two rows of tokens. */
function longestCommon(one: readonly string[], other: readonly string[]): TextPiece[] {
  const width = other.length + 1;
  /** At i, j: how many tokens of the rest of both are the same. */
  const lengths = new Uint32Array((one.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pieces: TextPiece[] = [];
  let [i, j] = [0, 0];
  while (i < one.length && j < other.length) {
    const [was, is] = [one[i] ?? "", other[j] ?? ""];
    const kind = was === is ? "same" : at(i + 1, j) >= at(i, j + 1) ? "removed" : "added";
    pieces.push({ kind, text: kind === "added" ? is : was });
    if (kind !== "added") i += 1;
    if (kind !== "removed") j += 1;
  }
  return [
    ...pieces,
    { kind: "removed", text: one.slice(i).join("") },
    { kind: "added", text: other.slice(j).join("") },
  ];
}

/** Neighbours of one kind as one piece. */
function joined(pieces: readonly TextPiece[]): TextPiece[] {
  const result: TextPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.text === "") continue;
    if (last?.kind === piece.kind) last.text += piece.text;
    else result.push({ ...piece });
  }
  return result;
}
