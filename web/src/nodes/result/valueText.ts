/** Values that have no view of their own, in words. */

import type { Value } from "../../generated/api";

type Plain = Extract<Value, { kind: "number" | "boolean" | "json" | "list" }>;

/** Give a value as text: a number, yes or no, JSON, or how many a list has. */
export function valueText(value: Plain): string {
  switch (value.kind) {
    case "number":
      return String(value.number);
    case "boolean":
      return value.boolean ? "Yes" : "No";
    case "json":
      return JSON.stringify(value.json, null, 2);
    case "list":
      return `${value.items.length} × ${value.of}`;
  }
}
