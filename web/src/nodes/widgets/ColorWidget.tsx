/** A colour: picked, or typed as #rrggbb, with two digits more for how opaque it is. */

import type { WidgetProps } from "./widgetProps";

const COLOR = /^#[0-9a-f]{6}([0-9a-f]{2})?$/i;

export function ColorWidget({ id, field, value, disabled, set }: WidgetProps) {
  const typed = typeof value === "string" ? value : "";
  const isColor = COLOR.test(typed);
  return (
    <span className="color-field nodrag">
      <input
        type="color"
        className="color-swatch"
        aria-label={`Choose: ${field.title}`}
        disabled={disabled}
        value={isColor ? typed.slice(0, 7).toLowerCase() : "#ffffff"}
        data-transparent={isColor && typed.slice(7) === "00" ? "" : undefined}
        onChange={(event) => set(event.target.value)}
      />
      <input
        id={id}
        className="field nodrag"
        disabled={disabled}
        value={typed}
        spellCheck={false}
        maxLength={9}
        onChange={(event) => set(event.target.value)}
        onBlur={(event) => event.target.value.trim() === "" && set(undefined)}
      />
    </span>
  );
}
