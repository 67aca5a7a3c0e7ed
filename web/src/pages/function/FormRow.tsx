/** One input of a function: what it is called, what it is, its field, and what is wrong with it. */

import type { FC } from "react";
import { FileInput } from "./FileInput";
import { type FormField, limitsOf, type Typed } from "./form";
import type { InputProps } from "./inputProps";

interface FormRowProps {
  field: FormField;
  value: Typed;
  problem: string | undefined;
  set: (value: Typed) => void;
}

export const rowId = (name: string) => `input-${name}`;

export function FormRow({ field, value, problem, set }: FormRowProps) {
  const id = rowId(field.name);
  const hint = hintOf(field);
  const said = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  const Chosen = INPUTS[field.widget] ?? TextInput;
  return (
    <div className="function-row" data-widget={field.widget}>
      <label id={`${id}-title`} htmlFor={id} className="function-row__title">
        {field.title}
        {field.required && field.widget !== "switch" && (
          <span className="function-row__required"> (needed)</span>
        )}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="function-row__hint">
          {hint}
        </p>
      )}
      <Chosen {...{ id, field, value, set }} describedBy={said || undefined} invalid={!!problem} />
      {problem && (
        <p id={`${id}-problem`} className="function-row__problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What it is, and for a number between which limits. */
function hintOf(field: FormField): string {
  const { description, widget, minimum, maximum } = field;
  const limited = widget === "number" && (minimum ?? maximum) !== undefined;
  const limits = limited ? limitsOf(field).replace(/^a /, "A ") : "";
  return [description, limits && `${limits}.`].filter(Boolean).join(" ");
}

function attributesOf({ id, field, describedBy, invalid }: InputProps) {
  return {
    id,
    name: field.name,
    "aria-describedby": describedBy,
    "aria-invalid": invalid,
    "aria-required": field.required,
  };
}

const textOf = (value: Typed) => (typeof value === "string" ? value : "");

function TextInput(props: InputProps) {
  const { value, set } = props;
  return (
    <textarea
      {...attributesOf(props)}
      className="field function-row__text"
      rows={2}
      value={textOf(value)}
      onChange={(event) => set(event.target.value)}
    />
  );
}

function JsonInput(props: InputProps) {
  const { value, set } = props;
  return (
    <textarea
      {...attributesOf(props)}
      className="field function-row__text function-row__text--code"
      rows={4}
      spellCheck={false}
      placeholder="{ }"
      value={textOf(value)}
      onChange={(event) => set(event.target.value)}
    />
  );
}

/** What is typed stays as it is: what does not fit is said, and not replaced. */
function NumberInput(props: InputProps) {
  const { field, value, set } = props;
  return (
    <input
      {...attributesOf(props)}
      className="field function-row__number"
      inputMode={(field.minimum ?? -1) < 0 ? "text" : field.integer ? "numeric" : "decimal"}
      autoComplete="off"
      value={textOf(value)}
      onChange={(event) => set(event.target.value)}
    />
  );
}

function ChoiceInput(props: InputProps) {
  const { field, value, set } = props;
  return (
    <select
      {...attributesOf(props)}
      className="field"
      value={textOf(value)}
      onChange={(event) => set(event.target.value)}
    >
      {!(field.required && value) && <option value="">Choose …</option>}
      {field.choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
}

function SwitchInput(props: InputProps) {
  const { "aria-required": _, ...attributes } = attributesOf(props);
  return (
    <input
      {...attributes}
      type="checkbox"
      className="function-row__switch"
      checked={props.value === true}
      onChange={(event) => props.set(event.target.checked)}
    />
  );
}

const INPUTS: Partial<Record<FormField["widget"], FC<InputProps>>> = {
  choice: ChoiceInput,
  json: JsonInput,
  media: FileInput,
  number: NumberInput,
  switch: SwitchInput,
  text: TextInput,
};
