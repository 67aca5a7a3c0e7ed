/** A field to search with and the list of what was found; worked with the keyboard alone. */

import { type ReactNode, useId, useState } from "react";
import { onPointerMoved } from "./pointed";

export interface ComboboxItem {
  id: string;
  title: string;
  /** Searched, too, but not shown. */
  keywords?: string;
  icon?: ReactNode;
  /** At the right: keys, or what kind it is. */
  hint?: ReactNode;
}

export interface ComboboxProps<T extends ComboboxItem> {
  label: string;
  listLabel: string;
  placeholder: string;
  items: readonly T[];
  /** Shown if nothing is found. */
  emptyText: string;
  onChoose: (item: T) => void;
  /** Which items match what is typed, best first; each word in the title or the keywords by default. */
  search?: (items: readonly T[], typed: string) => readonly T[];
}

/** More are found by typing on. */
const MAX_LISTED = 100;

export function Combobox<T extends ComboboxItem>(props: ComboboxProps<T>) {
  const { label, listLabel, placeholder, items, emptyText, onChoose, search = searchWords } = props;
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const found = search(items, text).slice(0, MAX_LISTED);
  const optionId = (item: T | undefined) => item && `${listId}-${item.id}`;
  return (
    <>
      <input
        className="field"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={optionId(found[at])}
        aria-label={label}
        placeholder={placeholder}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const chosen = found[at];
          if (event.key === "ArrowDown") setAt(Math.max(0, Math.min(at + 1, found.length - 1)));
          else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (event.key === "Enter" && chosen) onChoose(chosen);
          else return;
          event.preventDefault();
        }}
      />
      <div id={listId} className="palette" role="listbox" aria-label={listLabel}>
        {found.map((item, index) => (
          <div
            key={item.id}
            id={optionId(item)}
            className="menu-item"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            data-highlighted={index === at ? "" : undefined}
            ref={(row) => {
              if (index === at) row?.scrollIntoView({ block: "nearest" });
            }}
            onPointerMove={onPointerMoved(() => setAt(index))}
            onClick={() => onChoose(item)}
            onKeyDown={() => undefined}
          >
            {item.icon}
            <span>{item.title}</span>
            {item.hint && <span className="menu-item__end">{item.hint}</span>}
          </div>
        ))}
        {found.length === 0 && <p className="muted">{emptyText}</p>}
      </div>
    </>
  );
}

function searchWords<T extends ComboboxItem>(items: readonly T[], typed: string): readonly T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ title, keywords = "" }) => {
    const searched = `${title} ${keywords}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}
