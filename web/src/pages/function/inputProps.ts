/** What every field of the form gets. */

import type { FormField, Typed } from "./form";

export interface InputProps {
  id: string;
  field: FormField;
  value: Typed;
  /** Ids of what is said about it. */
  describedBy: string | undefined;
  invalid: boolean;
  set: (value: Typed) => void;
}
