/** How a node is run: retries, time limit, reuse. What is empty is as the node type has it. */

import { settingFields, settingsOf, withSetting } from "../../graph/node-types/settings";
import type { NodeTypeSpec } from "../../graph/node-types/catalogue";
import { type GraphNode, withData } from "../../graph/document";
import { valueOf } from "../../graph/node-types/form";
import { commit, currentGraph, nodesById } from "../../stores/document";
import type { Json } from "../../graph/document";
import { Offered } from "../offered";
import { hasSmallTargets } from "../widgets/widgetProps";
import { PlainWidget } from "../widgets/Widget";

export function NodeSettings({ node, spec }: { node: GraphNode; spec: NodeTypeSpec }) {
  const settings = settingsOf(node);
  return (
    <fieldset className="group group--settings">
      <legend className="group__title">How it runs</legend>
      <div className="group__fields">
        {settingFields(spec).map((field) => {
          const id = `${node.id}-settings-${field.name}`;
          return (
            <div key={field.name} className="row">
              <label className="row__title" htmlFor={id} title={field.description}>
                {field.title}
              </label>
              <Offered small={hasSmallTargets(field)}>
                <PlainWidget
                  id={id}
                  node={node}
                  field={field}
                  value={valueOf(field, settings)}
                  set={(value) => setSetting(node.id, field.name, value)}
                />
              </Offered>
            </div>
          );
        })}
      </div>
    </fieldset>
  );
}

function setSetting(nodeId: string, name: string, value: Json | undefined): void {
  const node = nodesById(currentGraph()).get(nodeId);
  if (!node) return;
  const chosen = name === "reuse" && value === "auto" ? undefined : value;
  const settings = withSetting(node, name, chosen);
  commit((graph) => withData(graph, nodeId, { settings }), `setting ${name} of ${nodeId}`);
}
