/** A declared result, with what its node gave last. */

import type { DeclaredOutput } from "../../generated/api";
import { NO_DECLARATIONS, OUTPUT_HANDLE } from "../../graph/document";
import { readableName } from "../../graph/function/declarations";
import { outputsOf } from "../../nodes/result/outputs";
import { useDocument } from "../../stores/document";
import { displayedNode, useRuns } from "../../stores/runs";
import { useCatalogue } from "../../stores/server";
import { ValueView } from "../runs/ValueView";
import { DeclaredFields, DeclaredActions } from "./DeclaredFields";

export function OutputEntry({ declared }: { declared: DeclaredOutput }) {
  const { nodeId } = declared;
  const title = declared.title ?? readableName(declared.name);
  const run = useRuns((state) => displayedNode(state, nodeId));
  const { byId } = useCatalogue();
  const given = run?.status === "COMPLETED" ? outputsOf(run, byId.get(run.nodeType)) : [];
  const value = given.find((each) => each.handle === (declared.handle ?? OUTPUT_HANDLE))?.value;
  const { outputs } = useDocument(({ graph }) => graph.declarations ?? NO_DECLARATIONS);
  const isFirst = outputs[0] === declared;
  const isLast = outputs.at(-1) === declared;
  return (
    <li className="function__entry">
      <div className="function__head">
        <span className="function__label">{title}</span>
        <code>{declared.name}</code>
        <DeclaredActions kind="outputs" {...{ declared, title, isFirst, isLast }} />
      </div>
      {declared.description && <p className="row__hint">{declared.description}</p>}
      {value ? (
        <ValueView value={value} name={declared.name} />
      ) : (
        <p className="row__hint">Nothing yet.</p>
      )}
      <details className="function__details">
        <summary>How it is declared</summary>
        <DeclaredFields kind="outputs" declared={declared} />
      </details>
    </li>
  );
}
