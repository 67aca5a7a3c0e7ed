/** The form of a function, read off the JSON Schema of its inputs, and what is typed in it. Pure. */

import type { Json } from "../../graph/document";
import { readableName } from "../../graph/function/declarations";
import { type Field, readField, type Schema } from "../../graph/node-types/form";

export interface FormField extends Field {
  required: boolean;
  /** Characters of a text; undefined: as many as fit into a call. */
  maxLength: number | undefined;
  /** Whether it has a value where a call gives none. */
  hasDefault: boolean;
}

/** A file on its way to the server. */
export const UPLOADING = { uploading: true } as const;

/** What is typed in a field: text as it is typed, a choice, or a file. */
export type Typed = string | boolean | Record<string, Json> | undefined;
export type TypedValues = Readonly<Record<string, Typed>>;

export interface FormReading {
  /** What a call gives, by name; what is left empty is left out. */
  inputs: Record<string, Json>;
  /** What does not fit, by name. */
  problems: Record<string, string>;
}

export function readForm(schema: Schema): FormField[] {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  const required = (schema["required"] ?? []) as string[];
  return Object.entries(properties).map(([name, property]) => {
    const field = readField(name, property);
    const files = fileFormats(property);
    const maxLength = optionsOf(property).map((each) => each["maxLength"]);
    return {
      ...field,
      title: typeof property["title"] === "string" ? property["title"] : readableName(name),
      widget: files ? "media" : widgetOf(field),
      accept: files ?? [],
      required: required.includes(name),
      maxLength: maxLength.find((each) => typeof each === "number"),
      hasDefault: property["default"] !== undefined,
    };
  });
}

/** Texts may be long, and nothing says that they are not; of several texts, the list is typed. */
function widgetOf({ widget, defaultValue }: Field): Field["widget"] {
  if (widget !== "line") return widget;
  return Array.isArray(defaultValue) ? "json" : "text";
}

function optionsOf(property: Schema): Schema[] {
  return [property, ...((property["anyOf"] ?? []) as Schema[])];
}

/** The media types of files that an input takes; null: it takes no file. */
function fileFormats(property: Schema): string[] | null {
  const parts = optionsOf(property).map((each) => (each["properties"] ?? {}) as Schema);
  if (!parts.some((each) => "assetId" in each)) return null;
  const mediaTypes = parts.map((each) => (each["mediaType"] as Schema | undefined)?.["examples"]);
  return (mediaTypes.find(Array.isArray) ?? []) as string[];
}

/** What the fields begin with: what a call without them would have. */
export function typedDefaults(fields: readonly FormField[]): TypedValues {
  return Object.fromEntries(fields.map((field) => [field.name, typedDefault(field)]));
}

/** What was typed for a call that gave these inputs. */
export function typedInputs(
  fields: readonly FormField[],
  inputs: Readonly<Record<string, Json>>,
): TypedValues {
  const typed = (field: FormField): Typed => {
    const value = inputs[field.name] ?? null;
    if (field.widget === "media") return (value ?? undefined) as Typed;
    return typedDefault({ ...field, defaultValue: value });
  };
  return Object.fromEntries(fields.map((field) => [field.name, typed(field)]));
}

function typedDefault({ widget, defaultValue, required }: FormField): Typed {
  if (widget === "switch") return defaultValue === null && !required ? undefined : !!defaultValue;
  if (widget === "media") return undefined;
  if (defaultValue === null) return "";
  return typeof defaultValue === "string" ? defaultValue : JSON.stringify(defaultValue, null, 2);
}

/** Reads what is typed as a call gives it; the server judges it once more. */
export function readTyped(fields: readonly FormField[], typed: TypedValues): FormReading {
  const reading: FormReading = { inputs: {}, problems: {} };
  for (const field of fields) {
    const value = typed[field.name];
    const read = isEmpty(value) ? readEmpty(field, value) : readValue(field, value);
    if (read.problem) reading.problems[field.name] = read.problem;
    else if (read.value !== undefined) reading.inputs[field.name] = read.value;
  }
  return reading;
}

interface ValueReading {
  value?: Json;
  problem?: string;
}

function isEmpty(value: Typed): value is "" | undefined {
  return value === undefined || (typeof value === "string" && value.trim() === "");
}

function readEmpty(field: FormField, value: "" | undefined): ValueReading {
  if (field.required) return { problem: MISSING[field.widget] ?? "Fill this in." };
  // A text that somebody has emptied is to be empty, and not what it would be without one.
  return field.widget === "text" && field.hasDefault && value !== undefined ? { value: "" } : {};
}

const MISSING: Partial<Record<Field["widget"], string>> = {
  choice: "Choose one.",
  media: "Choose a file, or give the address of one.",
  number: "Type a number.",
};

function readValue(field: FormField, value: NonNullable<Typed>): ValueReading {
  if (value === UPLOADING) return { problem: "It is still being uploaded: wait a moment." };
  if (typeof value !== "string") return { value };
  switch (field.widget) {
    case "number":
      return readNumber(field, value);
    case "choice":
      return { value };
    case "json":
      return readJson(value);
    default:
      return readText(field, value);
  }
}

function readNumber(field: FormField, typed: string): ValueReading {
  const value = Number(typed.trim().replace(",", "."));
  if (!Number.isFinite(value)) return { problem: "This is no number." };
  if (field.integer && !Number.isInteger(value)) return { problem: "Type a whole number." };
  const { minimum = -Infinity, maximum = Infinity } = field;
  if (value < minimum || value > maximum) return { problem: `Type ${limitsOf(field)}.` };
  return { value };
}

/** "a number from 1 to 8192" */
export function limitsOf({ minimum, maximum, integer }: Field): string {
  const number = integer ? "a whole number" : "a number";
  if (minimum !== undefined && maximum !== undefined) {
    return `${number} from ${minimum} to ${maximum}`;
  }
  if (minimum !== undefined) return `${number}, ${minimum} or more`;
  return maximum === undefined ? number : `${number}, ${maximum} or less`;
}

function readText({ maxLength = Infinity }: FormField, value: string): ValueReading {
  const over = Array.from(value).length - maxLength;
  return over > 0 ? { problem: `At most ${maxLength} characters: ${over} too many.` } : { value };
}

function readJson(typed: string): ValueReading {
  try {
    return { value: JSON.parse(typed) as Json };
  } catch (error) {
    return { problem: `This is no JSON: ${error instanceof Error ? error.message : "?"}` };
  }
}
