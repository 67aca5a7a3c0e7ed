/** A declared input: its field, as a caller sees it, and how it is declared. */

import { useEffect, useRef } from "react";
import type { DeclaredInput } from "../../generated/api";
import { changeDeclared, readableName } from "../../graph/function/declarations";
import { specOf } from "../../graph/node-types/catalogue";
import { formOf } from "../../graph/node-types/form";
import { Widget } from "../../nodes/widgets/Widget";
import { commit, nodesById, useDocument } from "../../stores/document";
import { useCatalogue } from "../../stores/server";
import { sessionStore, useSession } from "../../stores/session";
import { DeclaredFields, DeclaredActions } from "./DeclaredFields";

interface InputEntryProps {
  declared: DeclaredInput;
  isFirst: boolean;
  isLast: boolean;
}

export function InputEntry({ declared, isFirst, isLast }: InputEntryProps) {
  const node = useDocument(({ graph }) => nodesById(graph).get(declared.nodeId));
  const spec = useSpec(node);
  const fields = spec ? formOf(spec).flatMap((group) => group.fields) : [];
  const field = fields.find((each) => each.name === declared.param);
  const title = declared.title ?? readableName(declared.name);
  const id = `function-${declared.nodeId}-${declared.param}`;
  const entry = useWantedEntry(declared.name);
  return (
    <li ref={entry} className="function__entry">
      <div className="function__head">
        <label htmlFor={id} className="function__label">
          <span>{title}</span>
          {declared.required && <span className="row__required"> (needed)</span>}
        </label>
        <code>{declared.name}</code>
        <DeclaredActions kind="inputs" {...{ declared, title, isFirst, isLast }} />
      </div>
      {declared.description && <p className="row__hint">{declared.description}</p>}
      {node && field ? (
        <Widget id={id} node={node} field={field} connected={false} placeholder={false} />
      ) : (
        <p className="row__error">What it stands for is not there any more: remove it.</p>
      )}
      <details className="function__details">
        <summary>How it is declared</summary>
        <DeclaredFields kind="inputs" declared={declared} />
        <label className="function__required">
          <input
            type="checkbox"
            checked={declared.required ?? false}
            onChange={(event) => setRequired(declared.name, event.target.checked)}
          />
          Every call must give it
        </label>
        {!declared.required && (
          <p className="row__hint">A call that does not give it uses the value above.</p>
        )}
      </details>
    </li>
  );
}

/** Brings the keyboard, and so the view, into an input that a run lacks. */
function useWantedEntry(name: string) {
  const entry = useRef<HTMLLIElement>(null);
  const wanted = useSession((state) => state.wantedInput === name);
  useEffect(() => {
    if (!wanted) return;
    const field = entry.current?.querySelector<HTMLElement>(FIELD);
    field?.scrollIntoView({ block: "nearest" });
    field?.focus();
    sessionStore.set({ wantedInput: null });
  }, [wanted]);
  return entry;
}

const FIELD = ":is(textarea, select, input:not([type=file]), .media button):not(:disabled)";

function useSpec(node: Parameters<typeof specOf>[1] | undefined) {
  const catalogue = useCatalogue();
  return node && specOf(catalogue, node);
}

function setRequired(name: string, required: boolean): void {
  const value = required || undefined;
  commit((graph) => changeDeclared(graph, "inputs", name, { required: value }));
}
