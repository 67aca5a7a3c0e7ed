/** Makes a param an input of the workflow by one click; shows by which name it is one. */

import { SquareArrowRightEnter } from "lucide-react";
import { declareInput, findInput } from "../../graph/function/declarations";
import type { GraphNode } from "../../graph/document";
import { inputTitle, type NodeTypeSpec } from "../../graph/node-types/catalogue";
import type { Field } from "../../graph/node-types/form";
import { commit, useDocument } from "../../stores/document";
import { useNodeName } from "../../stores/names";
import { showPanel } from "../../stores/session";
import { Offered } from "../offered";

interface DeclareButtonProps {
  node: GraphNode;
  spec: NodeTypeSpec;
  field: Field;
}

export function DeclareButton({ node, spec, field }: DeclareButtonProps) {
  const nodeName = useNodeName(node.id);
  const name = useDocument(({ graph }) => findInput(graph, node.id, field.name)?.name);
  const label = name
    ? `“${name}” is an input of the workflow`
    : `Make “${field.title}” an input of the workflow`;
  const title = inputTitle(spec, nodeName, field);
  const declare = () => commit((graph) => declareInput(graph, node.id, field.name, title));
  return (
    <Offered small>
      <button
        type="button"
        className={name ? "declare declare--on nodrag" : "declare nodrag"}
        aria-label={label}
        data-tooltip={label}
        onClick={name ? () => showPanel("function") : declare}
      >
        <SquareArrowRightEnter aria-hidden />
        {name}
      </button>
    </Offered>
  );
}
