/** What a run was given and what came of it, by the names that callers use. */

import { useState } from "react";
import { assetUrl, thumbnailUrl } from "../../api/assets";
import type { Value } from "../../generated/api";
import { NO_DECLARATIONS } from "../../graph/document";
import { nodesById, useDocument } from "../../stores/document";
import { readableName } from "../../graph/function/declarations";
import type { RunView } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { EntrySection } from "./NodeEntry";
import { ValueView } from "./ValueView";

export function RunValues({ inputs, outputs }: Pick<RunView, "inputs" | "outputs">) {
  const declarations = useDocument(({ graph }) => graph.declarations ?? NO_DECLARATIONS);
  const titleOf = (kind: "inputs" | "outputs", name: string) =>
    declarations[kind].find((each) => each.name === name)?.title ?? readableName(name);
  const graph = useDocument((state) => state.graph);
  const { byId } = useCatalogue();
  /** Only pictures have a thumbnail; of what is declared no more, a file may be one. */
  const isPicture = (name: string): boolean => {
    const nodeId = declarations.inputs.find((each) => each.name === name)?.nodeId;
    const type = nodeId && nodesById(graph).get(nodeId)?.type;
    return !type || byId.get(type)?.output === "image";
  };
  const given = Object.entries(inputs);
  const results = Object.entries(outputs);
  return (
    <>
      {given.length > 0 && (
        <section className="detail__values" aria-label="Inputs of the run">
          <h4>Inputs</h4>
          {given.map(([name, value]) => (
            <EntrySection key={name} title={titleOf("inputs", name)}>
              <InputView value={value} name={titleOf("inputs", name)} isPicture={isPicture(name)} />
            </EntrySection>
          ))}
        </section>
      )}
      {results.length > 0 && (
        <section className="detail__values" aria-label="Results of the run">
          <h4>Results</h4>
          {results.map(([name, value]) => (
            <EntrySection key={name} title={titleOf("outputs", name)}>
              {value ? <ValueView value={value} name={name} /> : <p className="muted">None.</p>}
            </EntrySection>
          ))}
        </section>
      )}
    </>
  );
}

interface InputViewProps {
  value: unknown;
  name: string;
  isPicture: boolean;
}

/** A value as a call gives it: plain, a file by its id, or an address. */
function InputView({ value, name, isPicture }: InputViewProps) {
  if (Array.isArray(value)) {
    return (value as unknown[]).map((each, index) => (
      <InputView key={index} value={each} {...{ name, isPicture }} />
    ));
  }
  if (typeof value === "object" && value !== null) {
    const { assetId, url } = value as Record<string, unknown>;
    if (typeof assetId === "string") return <AssetView id={assetId} {...{ name, isPicture }} />;
    if (typeof url === "string")
      return <ValueView value={{ kind: "text", text: url }} name={name} />;
  }
  return <ValueView value={asValue(value)} name={name} />;
}

function asValue(value: unknown): Value {
  switch (typeof value) {
    case "string":
      return { kind: "text", text: value };
    case "number":
      return { kind: "number", number: value };
    case "boolean":
      return { kind: "boolean", boolean: value };
    default:
      return { kind: "json", json: value };
  }
}

/** A file that was uploaded: its thumbnail, where it has one. */
function AssetView({ id, name, isPicture }: Omit<InputViewProps, "value"> & { id: string }) {
  const [hasThumbnail, setHasThumbnail] = useState(isPicture);
  const url = assetUrl(id);
  return (
    <a href={url} target="_blank" rel="noopener" aria-label={`Open ${name}`}>
      {hasThumbnail ? (
        <img src={thumbnailUrl(url, 160)} alt="" onError={() => setHasThumbnail(false)} />
      ) : (
        `Open ${name}`
      )}
    </a>
  );
}
