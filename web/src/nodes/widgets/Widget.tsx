/** One field of a node's form: picks the widget that the schema asks for. */

import type { FC } from "react";
import { type GraphNode, type Json, withData } from "../../graph/document";
import { type Field, valueOf, type WidgetName } from "../../graph/node-types/form";
import { commit } from "../../stores/document";
import { hasPlaceholder, type WidgetProps } from "./widgetProps";
import { ChoiceWidget, LineWidget, SwitchWidget } from "./basicWidgets";
import { ColorWidget } from "./ColorWidget";
import { JsonWidget } from "./JsonWidget";
import { MediaWidget } from "./MediaWidget";
import { NumberWidget } from "./NumberWidget";
import { TextWidget } from "./TextWidget";
import { TimestampWidget } from "./TimestampWidget";

const WIDGETS: Record<WidgetName, FC<WidgetProps>> = {
  choice: ChoiceWidget,
  color: ColorWidget,
  json: JsonWidget,
  line: LineWidget,
  media: MediaWidget,
  number: NumberWidget,
  switch: SwitchWidget,
  text: TextWidget,
  timestamp: TimestampWidget,
};

interface FieldProps {
  id: string;
  node: GraphNode;
  field: Field;
  connected: boolean;
  placeholder: boolean;
}

export function Widget({ id, node, field, connected, placeholder }: FieldProps) {
  const Chosen = WIDGETS[field.widget];
  const value = valueOf(field, node.data);
  const joined = placeholder && hasPlaceholder(value);
  return (
    <Chosen
      id={id}
      node={node}
      field={field}
      value={value}
      disabled={connected && !joined}
      joinable={connected && placeholder && !joined}
      set={(next) => setParam(node.id, field.name, next)}
    />
  );
}

/** The widget of a field that is no input and so is never connected. */
export function PlainWidget(props: Omit<WidgetProps, "disabled" | "joinable">) {
  const Chosen = WIDGETS[props.field.widget];
  return <Chosen {...props} disabled={false} joinable={false} />;
}

/** Sets a param; keystrokes in one field are one step of undo. */
function setParam(nodeId: string, name: string, value: Json | undefined): void {
  commit((graph) => withData(graph, nodeId, { [name]: value }), `${name} of ${nodeId}`);
}
