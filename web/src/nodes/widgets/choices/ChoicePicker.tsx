/** A line with a list of values to choose from, each with what is known of it; any other can be typed. */

import { ChevronDown } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import type { Choice } from "../../../api/choices";
import type { WidgetProps } from "../widgetProps";
import { ChoiceList } from "./ChoiceList";
import { matching } from "./facts";
import { useChoices } from "./useChoices";

export function ChoicePicker({
  address,
  id,
  field,
  value,
  disabled,
  set,
}: WidgetProps & { address: string }) {
  const choices = useChoices(address);
  const [open, setOpen] = useState(false);
  /** Whether something was typed since the list was opened; before that it shows all. */
  const [searching, setSearching] = useState(false);
  /** Place in the list; -1: what is typed. */
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const typed = typeof value === "string" ? value : "";
  const found = matching(choices, typed, searching);
  const shown = open && choices.length > 0 && !disabled;
  const listId = `${id}-choices`;
  const known = choices.find((choice) => choice.id === typed);
  const close = () => {
    setOpen(false);
    setSearching(false);
    setAt(-1);
  };
  const choose = (choice: Choice) => {
    set(choice.id);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const marked = found[at];
    if (event.key === "ArrowDown" && !shown) setOpen(true);
    else if (!shown) return;
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, -1));
    else if (event.key === "Enter" && marked) choose(marked);
    else if (event.key === "Enter" || event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <span className="picker">
        <input
          ref={input}
          id={id}
          className="field nodrag"
          role="combobox"
          aria-expanded={shown}
          aria-controls={shown ? listId : undefined}
          aria-activedescendant={shown && found[at] ? `${listId}-${at}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          disabled={disabled}
          value={typed}
          placeholder={field.placeholder}
          onClick={() => setOpen(true)}
          onChange={(event) => {
            set(event.target.value || (field.nullable ? null : event.target.value));
            setOpen(true);
            setSearching(true);
            setAt(-1);
          }}
          onBlur={(event) => {
            close();
            if (event.target.value.trim() === "") set(undefined);
          }}
          onKeyDown={onKeyDown}
        />
        <ChevronDown aria-hidden />
      </span>
      {shown && (
        <ChoiceList
          id={listId}
          label={`${field.title} to choose from`}
          anchor={input}
          choices={found}
          typed={known ? "" : typed}
          chosen={typed}
          at={at}
          onPoint={setAt}
          onChoose={choose}
        />
      )}
      {known?.description && !known.retiresAt && !known.replacement && (
        <p className="row__hint">{known.description}</p>
      )}
    </>
  );
}
