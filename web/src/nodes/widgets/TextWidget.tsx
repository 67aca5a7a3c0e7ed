/** Several lines of text; grows with what is written. */

import { Offered } from "../offered";
import { INPUT_PLACEHOLDER, type WidgetProps } from "./widgetProps";

export function TextWidget({ id, field, value, disabled, joinable, set }: WidgetProps) {
  const text = typeof value === "string" ? value : "";
  return (
    <>
      {!(disabled && text === "") && (
        <textarea
          id={id}
          className="field field--text nodrag nowheel"
          disabled={disabled}
          value={text}
          rows={3}
          placeholder={field.placeholder}
          onChange={(event) => set(event.target.value)}
        />
      )}
      {joinable && (
        <Offered small>
          <button
            type="button"
            className="row__link nodrag"
            onClick={() => set(text ? `${text}\n\n${INPUT_PLACEHOLDER}` : INPUT_PLACEHOLDER)}
          >
            Write around it
          </button>
        </Offered>
      )}
    </>
  );
}
