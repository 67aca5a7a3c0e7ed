/** `data.settings`: how a node is run, where its author wants it otherwise than its type has it. */

import type { NodeTypeSpec } from "./catalogue";
import type { GraphNode, Json, NodeData } from "../document";
import type { Field } from "./form";

const NO_SETTINGS: NodeData = {};

export function settingsOf(node: GraphNode): NodeData {
  const { settings } = node.data;
  const isRecord = typeof settings === "object" && settings !== null && !Array.isArray(settings);
  return isRecord ? settings : NO_SETTINGS;
}

/** The settings after a change; undefined: none is left, so every default of the type holds. */
export function withSetting(
  node: GraphNode,
  name: string,
  value: Json | undefined,
): NodeData | undefined {
  const entries = Object.entries({ ...settingsOf(node), [name]: value });
  const kept = entries.filter(([, each]) => each !== undefined && each !== null);
  return kept.length ? (Object.fromEntries(kept) as NodeData) : undefined;
}

/** The fields of the form; the server judges the same limits (`schemas/graph.py`). */
export function settingFields({ defaults }: NodeTypeSpec): Field[] {
  const { retries, retryDelaySeconds, timeoutSeconds } = defaults;
  return [
    numberField("retries", "Retries", "How often it is tried again after a failure.", {
      ...{ placeholder: String(retries), maximum: 10, integer: true },
    }),
    numberField(
      "retryDelaySeconds",
      "Pause, in s",
      "Seconds before the first retry; then longer.",
      {
        ...{ placeholder: String(retryDelaySeconds), maximum: 3600 },
      },
    ),
    numberField("timeoutSeconds", "Time limit, in s", "Seconds one attempt may take.", {
      ...{ placeholder: String(timeoutSeconds), minimum: 0.1, maximum: 3600 },
    }),
    {
      ...numberField(
        "reuse",
        "Earlier result",
        "Whether an earlier result of the same inputs stands in. always: the same answer each time.",
      ),
      widget: "choice",
      defaultValue: "auto",
      choices: ["auto", "always", "never"],
    },
  ];
}

function numberField(
  name: string,
  title: string,
  description: string,
  more: Partial<Field> = {},
): Field {
  return {
    ...{ name, title, description, widget: "number", defaultValue: null, placeholder: "" },
    ...{ nullable: true, integer: false, minimum: 0, maximum: undefined, choices: [] },
    ...{ choicesFrom: null, accept: [], mediaInput: null, advanced: true },
    ...more,
  };
}
