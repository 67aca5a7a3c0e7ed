/** The workflow as a function: what callers give, as a form, and what they get. */

import "./function.css";
import { Play, Rows3, SquareFunction } from "lucide-react";
import { Link } from "wouter";
import {
  declareInput,
  declareOutput,
  findInput,
  findOutput,
} from "../../graph/function/declarations";
import { NO_DECLARATIONS, type Graph } from "../../graph/document";
import { nodeNames } from "../../graph/names";
import { type Catalogue, inputTitle, specOf } from "../../graph/node-types/catalogue";
import { formOf } from "../../graph/node-types/form";
import { commit, useDocument, useReadOnly } from "../../stores/document";
import { useCatalogue } from "../../stores/server";
import { editor } from "../../sync/editor";
import { Button, buttonClass } from "../../ui/Button";
import { InputEntry } from "./InputEntry";
import { OutputEntry } from "./OutputEntry";
import { PublishSection } from "./PublishSection";

export function FunctionPanel({ workflowId }: { workflowId: number }) {
  const graph = useDocument((state) => state.graph);
  const catalogue = useCatalogue();
  const readOnly = useReadOnly();
  const { inputs, outputs } = graph.declarations ?? NO_DECLARATIONS;
  const run = () => void editor.starter.start({ kind: "all" });
  return (
    <div className="function" inert={readOnly}>
      {inputs.length + outputs.length === 0 && <Intro />}
      <section aria-labelledby="function-inputs">
        <h3 id="function-inputs" className="function__title">
          Inputs
        </h3>
        <ol className="function__list">
          {inputs.map((declared, index) => (
            <InputEntry
              key={`${declared.nodeId} ${declared.param}`}
              declared={declared}
              isFirst={index === 0}
              isLast={index === inputs.length - 1}
            />
          ))}
        </ol>
        <AddSelect
          label="Add an input …"
          choices={possibleInputs(graph, catalogue)}
          add={({ nodeId, part, title }) => commit((now) => declareInput(now, nodeId, part, title))}
        />
      </section>
      <section aria-labelledby="function-results">
        <h3 id="function-results" className="function__title">
          Results
        </h3>
        <ol className="function__list">
          {outputs.map((declared) => (
            <OutputEntry key={`${declared.nodeId} ${declared.handle ?? ""}`} declared={declared} />
          ))}
        </ol>
        <AddSelect
          label="Add a result …"
          choices={possibleOutputs(graph, catalogue)}
          add={({ nodeId, part, title }) =>
            commit((now) => declareOutput(now, nodeId, part, title))
          }
        />
      </section>
      {inputs.length > 0 && (
        <Button variant="primary" onClick={run}>
          <Play aria-hidden /> Run with these values
        </Button>
      )}
      {inputs.length > 0 && (
        <Link href={`/workflows/${workflowId}/batches`} className={buttonClass("plain")}>
          <Rows3 aria-hidden /> Run for each row of a table
        </Link>
      )}
      {inputs.length + outputs.length > 0 && <PublishSection workflowId={workflowId} />}
    </div>
  );
}

function Intro() {
  return (
    <div className="panel__intro">
      <SquareFunction aria-hidden />
      <p>
        Choose what is given to this workflow and what comes out of it: it can then be called by
        programs, from the command line and by schedules with other values each time, without a look
        at the canvas.
      </p>
    </div>
  );
}

interface Choice {
  nodeId: string;
  /** A param, or the handle of an output. */
  part: string;
  title: string;
}

interface AddSelectProps {
  label: string;
  choices: readonly Choice[];
  add: (choice: Choice) => void;
}

function AddSelect({ label, choices, add }: AddSelectProps) {
  if (choices.length === 0) return null;
  return (
    <select
      className="field function__add"
      aria-label={label}
      value=""
      onChange={(event) => {
        const choice = choices[Number(event.target.value)];
        if (choice) add(choice);
      }}
    >
      <option value="">{label}</option>
      {choices.map(({ nodeId, part, title }, index) => (
        <option key={`${nodeId} ${part}`} value={index}>
          {title}
        </option>
      ))}
    </select>
  );
}

/** Params that are no input yet and that nothing is connected to. */
function possibleInputs(graph: Graph, catalogue: Catalogue): Choice[] {
  const names = nodeNames(graph.nodes, catalogue);
  const connected = new Set(graph.edges.map((edge) => `${edge.target} ${edge.targetHandle ?? ""}`));
  return graph.nodes.flatMap((node) => {
    const spec = specOf(catalogue, node);
    const fields = spec ? formOf(spec).flatMap((group) => group.fields) : [];
    return fields
      .filter(
        ({ name }) => !connected.has(`${node.id} ${name}`) && !findInput(graph, node.id, name),
      )
      .map((field) => ({
        nodeId: node.id,
        part: field.name,
        title: spec ? inputTitle(spec, names.get(node.id) ?? node.id, field) : field.title,
      }));
  });
}

/** Outputs that are no result yet; those that go nowhere else come first. */
function possibleOutputs(graph: Graph, catalogue: Catalogue): Choice[] {
  const names = nodeNames(graph.nodes, catalogue);
  const used = new Set(graph.edges.map((edge) => edge.source));
  const ends = graph.nodes.toSorted((a, b) => Number(used.has(a.id)) - Number(used.has(b.id)));
  return ends.flatMap((node) => {
    const outputs = specOf(catalogue, node)?.outputs ?? [];
    const name = names.get(node.id) ?? node.id;
    return outputs
      .filter(({ handle }) => !findOutput(graph, node.id, handle))
      .map(({ handle, title }) => ({
        nodeId: node.id,
        part: handle,
        title: outputs.length > 1 ? `${name}: ${title}` : name,
      }));
  });
}
