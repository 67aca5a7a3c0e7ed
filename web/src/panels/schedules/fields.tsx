/** Fields of a form, each below its words. */

import type { ComponentProps } from "react";

type InputProps = Omit<ComponentProps<"input">, "onChange">;

interface FieldProps extends InputProps {
  words: string;
  set: (value: string) => void;
}

export function Field({ words, title, set, children, ...input }: FieldProps) {
  return (
    <label className="labelled" title={title}>
      {words}
      <input className="field" {...input} onChange={(event) => set(event.target.value)} />
      {children}
    </label>
  );
}

interface ChoiceProps<T extends string> {
  words: string;
  value: T;
  choices: Readonly<Record<T, string>>;
  set: (value: T) => void;
}

export function Choice<T extends string>({ words, value, choices, set }: ChoiceProps<T>) {
  return (
    <label className="labelled">
      {words}
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
