/** One line of text, a choice, a switch. */

import { useEffect, useId, useState } from "react";
import { type Choice, readChoices } from "../../api/choices";
import type { WidgetProps } from "./widgetProps";

/** One line; with values to choose from where the schema names an address of them. */
export function LineWidget({ id, field, value, disabled, set }: WidgetProps) {
  const choices = useChoices(field.choicesFrom);
  const listId = useId();
  const chosen = choices.find((choice) => choice.id === value);
  return (
    <>
      <input
        id={id}
        className="field nodrag"
        disabled={disabled}
        value={typeof value === "string" ? value : ""}
        placeholder={field.placeholder}
        list={choices.length ? listId : undefined}
        spellCheck={choices.length === 0}
        onChange={(event) =>
          set(event.target.value || (field.nullable ? null : event.target.value))
        }
        onBlur={(event) => event.target.value.trim() === "" && set(undefined)}
      />
      {choices.length > 0 && (
        <datalist id={listId}>
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.title}
            </option>
          ))}
        </datalist>
      )}
      {chosen?.description && <p className="row__hint">{chosen.description}</p>}
    </>
  );
}

const choicesCache = new Map<string, Promise<Choice[]>>();

function useChoices(address: string | null): Choice[] {
  const [choices, setChoices] = useState<Choice[]>([]);
  useEffect(() => {
    if (!address) return undefined;
    let wanted = true;
    const asked = choicesCache.get(address) ?? readChoices(address);
    choicesCache.set(address, asked);
    asked.then(
      (found) => wanted && setChoices(found),
      () => choicesCache.delete(address),
    );
    return () => {
      wanted = false;
    };
  }, [address]);
  return choices;
}

const MAX_RADIO_BUTTONS = 4;

export function ChoiceWidget({ id, field, value, disabled, set }: WidgetProps) {
  if (field.choices.length > MAX_RADIO_BUTTONS) {
    return (
      <select
        id={id}
        className="field nodrag"
        disabled={disabled}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => set(event.target.value)}
      >
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  return (
    <div id={id} className="choices nodrag" role="radiogroup" aria-label={field.title}>
      {field.choices.map((choice) => (
        <label key={choice} className="choice">
          <input
            type="radio"
            name={id}
            disabled={disabled}
            checked={value === choice}
            onChange={() => set(choice)}
          />
          <span>{choice}</span>
        </label>
      ))}
    </div>
  );
}

export function SwitchWidget({ id, value, disabled, set }: WidgetProps) {
  return (
    <input
      id={id}
      type="checkbox"
      className="nodrag"
      disabled={disabled}
      checked={value === true}
      onChange={(event) => set(event.target.checked)}
    />
  );
}
