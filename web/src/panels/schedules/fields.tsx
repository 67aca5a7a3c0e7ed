/** Fields of a form, each below its words. */

import type { ComponentProps } from "react";

type InputProps = Omit<ComponentProps<"input">, "onChange">;

interface FieldProps extends InputProps {
  label: string;
  set: (value: string) => void;
}

export function Field({ label, title, set, children, ...input }: FieldProps) {
  return (
    <label className="form-row" title={title}>
      {label}
      <input className="field" {...input} onChange={(event) => set(event.target.value)} />
      {children}
    </label>
  );
}

interface SelectFieldProps<T extends string> {
  label: string;
  value: T;
  choices: Readonly<Record<T, string>>;
  set: (value: T) => void;
}

export function SelectField<T extends string>({ label, value, choices, set }: SelectFieldProps<T>) {
  return (
    <label className="form-row">
      {label}
      <select className="field" value={value} onChange={(event) => set(event.target.value as T)}>
        {Object.entries<string>(choices).map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
