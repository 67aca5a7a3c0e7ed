/** One line of text, a choice, a switch. */

import { ChoicePicker } from "./choices/ChoicePicker";
import type { WidgetProps } from "./widgetProps";

/** One line; with values to choose from where the schema names an address of them. */
export function LineWidget(props: WidgetProps) {
  const { id, field, value, disabled, set } = props;
  if (field.choicesFrom) return <ChoicePicker {...props} address={field.choicesFrom} />;
  return (
    <input
      id={id}
      className="field nodrag"
      disabled={disabled}
      value={typeof value === "string" ? value : ""}
      placeholder={field.placeholder}
      onChange={(event) => set(event.target.value || (field.nullable ? null : event.target.value))}
      onBlur={(event) => event.target.value.trim() === "" && set(undefined)}
    />
  );
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
