/** The list of a picker: over everything, beside its field, as large at every zoom. */

import { type RefObject, type SyntheticEvent, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import type { Choice } from "../../../api/choices";
import { onPointerMoved } from "../../../ui/lists/pointed";
import { capabilities, priceNote, priceText, remark, retirement } from "./facts";

interface ChoiceListProps {
  id: string;
  label: string;
  anchor: RefObject<HTMLElement | null>;
  choices: readonly Choice[];
  /** What is typed and none of the known values; empty: it is one. */
  typed: string;
  chosen: string;
  at: number;
  onPoint: (at: number) => void;
  onChoose: (choice: Choice) => void;
}

export function ChoiceList(props: ChoiceListProps) {
  const { id, label, anchor, choices, typed, chosen, at, onPoint, onChoose } = props;
  const place = usePlace(anchor);
  if (!place) return null;
  const note = priceNote(choices);
  return createPortal(
    <div
      className="popup picker__popup"
      style={place}
      // The field keeps the keyboard, and the canvas below hears nothing of it.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onClick={stop}
      onDoubleClick={stop}
    >
      <div id={id} className="picker__list" role="listbox" aria-label={label}>
        {choices.map((choice, index) => (
          <div
            key={choice.id}
            id={`${id}-${index}`}
            className="menu-item picker__option"
            role="option"
            tabIndex={-1}
            aria-selected={choice.id === chosen}
            data-highlighted={index === at ? "" : undefined}
            ref={(row) => {
              if (index === at) row?.scrollIntoView({ block: "nearest" });
            }}
            onPointerMove={onPointerMoved(() => onPoint(index))}
            onClick={() => onChoose(choice)}
            onKeyDown={() => undefined}
          >
            <ChoiceFacts choice={choice} />
          </div>
        ))}
      </div>
      {typed && (
        <p className="picker__note">“{typed}” is not in the list, and is asked as typed.</p>
      )}
      {note && <p className="picker__note muted">{note}</p>}
    </div>,
    document.body,
  );
}

function ChoiceFacts({ choice }: { choice: Choice }) {
  const ending = retirement(choice, new Date().toISOString().slice(0, 10));
  const instead = choice.replacement ? `: ${choice.replacement} takes its place` : "";
  return (
    <>
      <strong>{choice.title}</strong>
      <code>{choice.id}</code>
      {ending && (
        <span className="picker__ending">
          {ending}
          {instead}
        </span>
      )}
      {[capabilities(choice), priceText(choice), remark(choice)].filter(Boolean).map((fact) => (
        <span key={fact} className="picker__fact">
          {fact}
        </span>
      ))}
    </>
  );
}

function stop(event: SyntheticEvent): void {
  event.stopPropagation();
}

const GAP = 4;
const MARGIN = 8;
const WIDTH = 420;
const MAX_HEIGHT = 420;

interface Place {
  left: number;
  top?: number;
  bottom?: number;
  width: number;
  maxHeight: number;
}

/** Below the field or above it, wherever there is more room; it follows while the canvas moves. */
function usePlace(anchor: RefObject<HTMLElement | null>): Place | null {
  const [place, setPlace] = useState<Place | null>(null);
  useEffect(() => {
    let frame = 0;
    let last = "";
    const follow = () => {
      const found = anchor.current && placeBeside(anchor.current.getBoundingClientRect());
      const now = JSON.stringify(found);
      if (now !== last) setPlace(found);
      last = now;
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [anchor]);
  return place;
}

function placeBeside({ left, top, bottom }: DOMRect): Place {
  const width = Math.min(WIDTH, innerWidth - 2 * MARGIN);
  const height = visualViewport?.height ?? innerHeight; // without a keyboard on the screen
  const room = { below: height - bottom - GAP - MARGIN, above: top - GAP - MARGIN };
  const below = room.below >= Math.min(MAX_HEIGHT, room.above);
  return {
    left: Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN)),
    width,
    maxHeight: Math.max(96, Math.min(MAX_HEIGHT, below ? room.below : room.above)),
    ...(below ? { top: bottom + GAP } : { bottom: innerHeight - top + GAP }),
  };
}
