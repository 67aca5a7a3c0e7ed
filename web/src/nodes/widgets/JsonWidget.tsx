/** A JSON value; what is typed is taken over as soon as it is one. */

import { useState } from "react";
import type { Json } from "../../graph/document";
import type { WidgetProps } from "./widgetProps";

export function JsonWidget({ id, field, value, disabled, set }: WidgetProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === null ? "" : JSON.stringify(value, null, 2));
  const invalid = typed !== null && typed.trim() !== "" && read(typed) === undefined;
  return (
    <>
      <textarea
        id={id}
        className="field field--text field--code nodrag nowheel"
        disabled={disabled}
        rows={4}
        spellCheck={false}
        value={shown}
        placeholder={field.placeholder || "{ }"}
        aria-invalid={invalid}
        aria-describedby={invalid ? `${id}-wrong` : undefined}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          const json = text.trim() === "" ? undefined : read(text);
          if (json !== undefined || text.trim() === "") set(json);
        }}
        onBlur={() => !invalid && setTyped(null)}
      />
      {invalid && (
        <p id={`${id}-wrong`} className="row__error">
          This is no JSON object yet.
        </p>
      )}
    </>
  );
}

function read(text: string): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    return typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
