/** The form of a node, drawn from the schema of its params. */

import { ChevronRight } from "lucide-react";
import { type NodeTypeSpec, portOf } from "../../graph/node-types/catalogue";
import type { GraphEdge, GraphNode } from "../../graph/document";
import type { Field, FieldGroup } from "../../graph/node-types/form";
import { settingsOf } from "../../graph/node-types/settings";
import { toggleExpanded, useSession } from "../../stores/session";
import { DeclareButton } from "./DeclareButton";
import { PortHandle } from "./PortHandle";
import { NodeSettings } from "./NodeSettings";
import { InputSources } from "./InputSources";
import { Offered } from "../offered";
import { hasSmallTargets } from "../widgets/widgetProps";
import { Widget } from "../widgets/Widget";
import { RectangleWidget } from "../widgets/RectangleWidget";

export interface NodeFormProps {
  node: GraphNode;
  spec: NodeTypeSpec;
  groups: readonly FieldGroup[];
  incoming: readonly GraphEdge[];
}

export function NodeForm({ node, spec, groups, incoming }: NodeFormProps) {
  const more = useSession((state) => state.expandedNodes.has(node.id));
  const hidden = groups.filter((group) => !more && isHidden(group, node, incoming));
  const shown = groups.filter((group) => !hidden.includes(group));
  const advanced = groups.some((group) => group.fields.every((field) => field.advanced));
  const set = Object.keys(settingsOf(node)).length > 0;
  return (
    <div className="form">
      {shown.map((group) => (
        <Group
          key={group.fields[0]?.name}
          node={node}
          spec={spec}
          group={group}
          incoming={incoming}
        />
      ))}
      {(more || set) && <NodeSettings node={node} spec={spec} />}
      {(advanced || more) && (
        <Offered small>
          <button
            type="button"
            className="form__more nodrag"
            aria-expanded={more}
            onClick={() => toggleExpanded(node.id)}
          >
            <ChevronRight aria-hidden />
            {more ? "Fewer settings" : "More settings"}
          </button>
        </Offered>
      )}
    </div>
  );
}

/** Advanced fields show when asked for, and when they have a value. */
function isHidden(group: FieldGroup, node: GraphNode, incoming: readonly GraphEdge[]): boolean {
  return group.fields.every(
    ({ name, advanced }) =>
      advanced &&
      (node.data[name] ?? null) === null &&
      !incoming.some((edge) => edge.targetHandle === name),
  );
}

interface GroupProps {
  node: GraphNode;
  spec: NodeTypeSpec;
  group: FieldGroup;
  incoming: readonly GraphEdge[];
}

function Group({ node, spec, group, incoming }: GroupProps) {
  const rows = group.fields.map((field) => (
    <FieldRow key={field.name} node={node} spec={spec} field={field} incoming={incoming} />
  ));
  if (group.widget === "single") return rows;
  return (
    <fieldset className="group">
      {group.title && <legend className="group__title">{group.title}</legend>}
      {group.widget === "rectangle" && (
        <Offered>
          <RectangleWidget node={node} group={group} incoming={incoming} />
        </Offered>
      )}
      <div className="group__fields">{rows}</div>
    </fieldset>
  );
}

function FieldRow({ node, spec, field, incoming }: Omit<GroupProps, "group"> & { field: Field }) {
  const port = portOf(spec, field.name);
  const entering = incoming.filter((edge) => edge.targetHandle === field.name);
  const connected = entering.length > 0;
  const id = `${node.id}-${field.name}`;
  const shown = !connected || Boolean(port?.placeholder && node.data[field.name]);
  return (
    <div className={connected ? "row row--connected" : "row"}>
      {port && <PortHandle nodeId={node.id} port={port} />}
      <label className="row__title" htmlFor={id} title={field.description}>
        {field.title}
      </label>
      <InputSources edges={entering} many={port?.many ?? false} />
      {port && !connected && <DeclareButton node={node} spec={spec} field={field} />}
      {(shown || field.widget !== "media") && (
        <Offered small={hasSmallTargets(field)}>
          <Widget
            id={id}
            node={node}
            field={field}
            connected={connected}
            placeholder={port?.placeholder ?? false}
          />
        </Offered>
      )}
    </div>
  );
}
