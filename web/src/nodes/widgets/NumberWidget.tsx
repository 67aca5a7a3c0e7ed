/** A number within its limits. What is typed stays as it is until it is a number. */

import { useState } from "react";
import type { Field } from "../../graph/node-types/form";
import type { WidgetProps } from "./widgetProps";

export function NumberWidget({ id, field, value, disabled, set }: WidgetProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (typeof value === "number" ? String(rounded(value)) : "");
  return (
    <input
      id={id}
      className="field field--number nodrag"
      type="number"
      inputMode="decimal"
      disabled={disabled}
      value={shown}
      placeholder={field.placeholder}
      min={field.minimum}
      max={field.maximum}
      step={stepOf(field)}
      onChange={(event) => {
        setTyped(event.target.value);
        const number = readNumber(event.target.value, field);
        if (number !== undefined) set(number);
      }}
      onBlur={() => {
        if (typed === "") set(undefined);
        setTyped(null);
      }}
    />
  );
}

/** The number that was typed, within its limits; undefined: it is none. */
function readNumber(text: string, field: Pick<Field, "minimum" | "maximum" | "integer">) {
  const number = Number(text.replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(number)) return undefined;
  const within = Math.min(Math.max(number, field.minimum ?? -Infinity), field.maximum ?? Infinity);
  return field.integer ? Math.round(within) : within;
}

/** Twenty steps or so over the whole range, for the arrow keys. */
function stepOf({ integer, minimum, maximum }: Field): number | "any" {
  if (integer) return 1;
  const range = (maximum ?? 0) - (minimum ?? 0);
  return range > 20 ? 1 : range > 0 ? 0.1 : "any";
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
