/** The head of a node: what it is, what it is called, how it is, what can be done with it. */

import {
  Cable,
  Copy,
  Ellipsis,
  FastForward,
  Play,
  SlidersHorizontal,
  SquareArrowRightExit,
  StepForward,
  Trash2,
} from "lucide-react";
import { memo, useState } from "react";
import { removeElements } from "../editing/actions";
import { duplicateSelected } from "../editing/copying";
import type { NodeTypeSpec } from "../graph/node-types/catalogue";
import { declareOutput, findOutput, removeDeclared } from "../graph/function/declarations";
import {
  type GraphNode,
  labelOf,
  MAX_LABEL_LENGTH,
  OUTPUT_HANDLE,
  withData,
} from "../graph/document";
import { nodeNames } from "../graph/names";
import { commit, currentGraph } from "../stores/document";
import { useNodeName } from "../stores/names";
import { currentCatalogue } from "../stores/server";
import { openDialog, select, toggleExpanded } from "../stores/session";
import { IconButton } from "../ui/Button";
import { type MenuEntries, SEPARATOR } from "../ui/menu/entries";
import { Menu } from "../ui/menu/Menu";
import { OutputHandle } from "./form/PortHandle";
import { NodeTypeIcon } from "./NodeTypeIcon";
import { Offered } from "./offered";
import { editor } from "../sync/editor";

interface NodeHeaderProps {
  node: GraphNode;
  spec: NodeTypeSpec | undefined;
}

export const NodeHeader = memo(function Head({ node, spec }: NodeHeaderProps) {
  const title = useNodeName(node.id);
  return (
    <header className="node__head">
      <span className="node__icon">{spec && <NodeTypeIcon spec={spec} />}</span>
      <Offered>
        <NodeLabel node={node} title={title} label={labelOf(node, spec?.title)} />
        <span className="node__tools nodrag">
          <IconButton
            small
            label="Run this node"
            onClick={() => void editor.starter.start({ kind: "nodes", nodeIds: [node.id] })}
          >
            <Play aria-hidden />
          </IconButton>
          <Menu
            trigger={
              <button
                type="button"
                className="button button--quiet button--small button--icon"
                aria-label={`More for ${title}`}
              >
                <Ellipsis aria-hidden />
              </button>
            }
            entries={nodeMenuEntries(node.id)}
          />
        </span>
      </Offered>
      {(spec?.outputs.length ?? 1) === 1 && (
        <OutputHandle nodeId={node.id} output={spec?.outputs[0]} />
      )}
    </header>
  );
});

export function nodeMenuEntries(id: string): MenuEntries {
  return [
    {
      label: "Run this node",
      icon: <Play />,
      run: () => void editor.starter.start({ kind: "nodes", nodeIds: [id] }),
    },
    {
      label: "Run up to here",
      icon: <StepForward />,
      run: () => void editor.starter.start({ kind: "until", nodeId: id }),
    },
    {
      label: "Run from here",
      icon: <FastForward />,
      run: () => void editor.starter.start({ kind: "from", nodeId: id }),
    },
    SEPARATOR,
    {
      label: "Connect the output …",
      icon: <Cable />,
      run: () => {
        select([id]);
        openDialog("connect");
      },
    },
    resultEntry(id),
    { label: "All settings", icon: <SlidersHorizontal />, run: () => toggleExpanded(id) },
    {
      label: "Duplicate",
      icon: <Copy />,
      run: () => {
        select([id]);
        duplicateSelected();
      },
    },
    { label: "Delete", icon: <Trash2 />, danger: true, run: () => removeElements(new Set([id])) },
  ];
}

/** Makes the first output of a node a result of the workflow by one click, or no longer. */
function resultEntry(id: string): MenuEntries[number] {
  const declared = findOutput(currentGraph(), id);
  const title = nodeNames(currentGraph().nodes, currentCatalogue()).get(id) ?? id;
  return {
    label: declared ? "No longer a result of the workflow" : "Make it a result of the workflow",
    icon: <SquareArrowRightExit />,
    run: () =>
      commit((graph) =>
        declared
          ? removeDeclared(graph, "outputs", declared.name)
          : declareOutput(graph, id, OUTPUT_HANDLE, title),
      ),
  };
}

/** The name; a double click, or Enter on it, makes it a field. */
function NodeLabel({ node, title, label }: { node: GraphNode; title: string; label: string }) {
  const [editing, setEditing] = useState(false);
  if (!editing) {
    return (
      <button
        type="button"
        className="node__label"
        title={`${title}: double-click to rename`}
        onDoubleClick={() => setEditing(true)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "F2") return;
          event.preventDefault();
          setEditing(true);
        }}
      >
        {title}
      </button>
    );
  }
  const finish = (text: string) => {
    setEditing(false);
    const typed = text.trim();
    if (typed !== label) {
      commit((graph) => withData(graph, node.id, { label: typed || undefined }));
    }
  };
  return (
    <input
      className="node__label node__label--field nodrag"
      aria-label="Name of the node"
      defaultValue={label}
      maxLength={MAX_LABEL_LENGTH}
      ref={(input) => input?.select()}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(event.currentTarget.value);
        if (event.key === "Escape") setEditing(false);
      }}
    />
  );
}
