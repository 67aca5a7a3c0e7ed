/** The form of a node type, read off the JSON Schema of its params and their `x-` hints. */

import type { NodeTypeSpec } from "./catalogue";
import type { Json } from "../document";

export type WidgetName =
  "line" | "text" | "number" | "choice" | "switch" | "media" | "timestamp" | "json" | "color";

export interface Field {
  name: string;
  title: string;
  description: string;
  widget: WidgetName;
  defaultValue: Json;
  placeholder: string;
  /** Empty is a value of its own: null. */
  nullable: boolean;
  integer: boolean;
  minimum: number | undefined;
  maximum: number | undefined;
  choices: string[];
  /** Address of a list of further choices. */
  choicesFrom: string | null;
  /** Media types that can be uploaded. */
  accept: string[];
  /** The input that has the image or video that the field is about. */
  mediaInput: string | null;
  advanced: boolean;
}

export interface FieldGroup {
  title: string | null;
  widget: "single" | "row" | "rectangle";
  mediaInput: string | null;
  fields: Field[];
}

export type Schema = Record<string, unknown>;

const cache = new WeakMap<NodeTypeSpec, FieldGroup[]>();

/** Groups of fields in the order of the form; a field that is in no group is one of its own. */
export function formOf(spec: NodeTypeSpec): FieldGroup[] {
  const known = cache.get(spec);
  if (known) return known;
  const form = readForm(spec.params);
  cache.set(spec, form);
  return form;
}

function readForm(schema: Schema): FieldGroup[] {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  const fields = Object.entries(properties).map(([name, property]) => readField(name, property));
  const groups = ((schema["x-groups"] ?? []) as Schema[]).map((group) => readGroup(group, fields));
  const inGroup = new Map(groups.flatMap((g) => g.fields.map((field) => [field.name, g] as const)));
  const single = (field: Field): FieldGroup => ({
    title: null,
    widget: "single",
    mediaInput: null,
    fields: [field],
  });
  return [...new Set(fields.map((field) => inGroup.get(field.name) ?? single(field)))];
}

function readGroup(group: Schema, fields: readonly Field[]): FieldGroup {
  const names = (group["params"] ?? []) as string[];
  const found = names.flatMap((name) => fields.find((field) => field.name === name) ?? []);
  return {
    title: text(group["title"]) || null,
    widget: group["widget"] === "rectangle" && found.length === 4 ? "rectangle" : "row",
    mediaInput: text(group["over"]) || null,
    fields: found,
  };
}

/** Reads one field off the schema of a param. */
export function readField(name: string, property: Schema): Field {
  const parts = [property, ...((property["anyOf"] ?? []) as Schema[])];
  const find = (key: string) => parts.find((part) => part[key] !== undefined)?.[key];
  return {
    name,
    title: text(property["title"]) || name,
    description: text(property["description"]),
    widget: widgetOf(parts),
    defaultValue: (property["default"] ?? null) as Json,
    placeholder: text(property["x-placeholder"]),
    nullable: parts.some((part) => part["type"] === "null"),
    integer: parts.some((part) => part["type"] === "integer"),
    minimum: number(find("minimum")),
    maximum: number(find("maximum")),
    choices: (find("enum") ?? []) as string[],
    choicesFrom: text(property["x-choices"]) || null,
    accept: (property["x-accept"] ?? []) as string[],
    mediaInput: text(property["x-over"]) || null,
    advanced: property["x-advanced"] === true,
  };
}

const HINTED_WIDGETS = new Set<string>(["text", "media", "timestamp", "json", "color"]);

function widgetOf(parts: readonly Schema[]): WidgetName {
  const hint = parts[0]?.["x-widget"];
  if (typeof hint === "string" && HINTED_WIDGETS.has(hint)) return hint as WidgetName;
  const types = new Set(parts.map((part) => part["type"]));
  if (parts.some((part) => Array.isArray(part["enum"]))) return "choice";
  if (types.has("string")) return "line";
  if (types.has("number") || types.has("integer")) return "number";
  if (types.has("boolean")) return "switch";
  return "json";
}

/** What is typed, or else the default of the type. */
export function valueOf(field: Field, data: Readonly<Record<string, Json>>): Json {
  const typed = data[field.name];
  return typed === undefined ? field.defaultValue : typed;
}

/** The field that takes files, if the type has one. */
export function mediaFieldOf(spec: NodeTypeSpec): Field | undefined {
  return formOf(spec)
    .flatMap((group) => group.fields)
    .find((field) => field.widget === "media");
}

/** The field in which people write what a node of this type gives, if there is one. */
export function textFieldOf(spec: NodeTypeSpec): Field | undefined {
  const field = formOf(spec)[0]?.fields[0];
  return spec.category === "input" && field?.widget === "text" ? field : undefined;
}

/** The node type that a dropped file becomes, if there is one. */
export function nodeTypeAccepting(
  types: readonly NodeTypeSpec[],
  mediaType: string,
): { spec: NodeTypeSpec; field: Field } | null {
  for (const spec of types) {
    const field = mediaFieldOf(spec);
    if (field?.accept.includes(mediaType)) return { spec, field };
  }
  return null;
}

/** The node type that a text becomes, if there is one. */
export function nodeTypeForText(
  types: readonly NodeTypeSpec[],
): { spec: NodeTypeSpec; field: Field } | null {
  for (const spec of types) {
    const field = textFieldOf(spec);
    if (field && spec.output === "text") return { spec, field };
  }
  return null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
