/** Two texts as one: what was removed and what was added stands out. */

import { useMemo } from "react";
import { compareTexts, type TextPiece } from "../../graph/compare/texts";

/** What stays the same is shown this far around each change; in characters. */
const CONTEXT = 160;

export function TextDifference({ before, after }: { before: string; after: string }) {
  const pieces = useMemo(() => compareTexts(before, after), [before, after]);
  return (
    <p className="text difference" tabIndex={0} role="group" aria-label="Before and after">
      {pieces.map(({ kind, text }, index) => {
        if (kind === "removed") return <del key={index}>{text}</del>;
        if (kind === "added") return <ins key={index}>{text}</ins>;
        return <span key={index}>{shortened(text, index === 0, index === pieces.length - 1)}</span>;
      })}
    </p>
  );
}

/** The beginning and the end of a text that is the same, as far as changes are near. */
function shortened(text: TextPiece["text"], first: boolean, last: boolean): string {
  const [head, tail] = [first ? 0 : CONTEXT, last ? 0 : CONTEXT];
  if (text.length <= head + tail + CONTEXT) return text;
  return `${text.slice(0, head)} … ${tail ? text.slice(-tail) : ""}`;
}
