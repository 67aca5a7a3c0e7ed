/** What an input or result is called: by programs, and by people. */

import { ChevronDown, ChevronUp, Trash2 } from "lucide-react";
import { useState } from "react";
import type { DeclaredInput, DeclaredOutput } from "../../generated/api";
import {
  changeDeclared,
  isDeclaredName,
  moveDeclared,
  removeDeclared,
} from "../../graph/function/declarations";
import { NO_DECLARATIONS } from "../../graph/document";
import { commit, useDocument } from "../../stores/document";
import { IconButton } from "../../ui/Button";
import { Field } from "../schedules/fields";

interface DeclaredFieldsProps {
  kind: "inputs" | "outputs";
  declared: DeclaredInput | DeclaredOutput;
}

export function DeclaredFields({ kind, declared }: DeclaredFieldsProps) {
  const { name } = declared;
  const change = (changes: Parameters<typeof changeDeclared>[3]) =>
    commit((graph) => changeDeclared(graph, kind, name, changes), `${kind} ${name}`);
  return (
    <>
      <Field
        label="Title"
        maxLength={200}
        value={declared.title ?? ""}
        set={(title) => change({ title: title || undefined })}
      />
      <NameField kind={kind} name={name} />
      <Field
        label="Description"
        maxLength={2000}
        value={declared.description ?? ""}
        set={(description) => change({ description: description || undefined })}
      />
    </>
  );
}

/** The name that programs use; one that is none, or is taken, is not stored. */
function NameField({ kind, name }: { kind: "inputs" | "outputs"; name: string }) {
  const [typed, setTyped] = useState<string | null>(null);
  const declarations = useDocument(({ graph }) => graph.declarations ?? NO_DECLARATIONS);
  const wanted = typed ?? name;
  const taken = wanted !== name && declarations[kind].some((each) => each.name === wanted);
  const problem = taken
    ? "Another one is called so."
    : isDeclaredName(wanted)
      ? null
      : "Lower-case letters, digits and underscores; a letter first.";
  const finish = () => {
    if (!problem && wanted !== name) {
      commit((graph) => changeDeclared(graph, kind, name, { name: wanted }));
    }
    setTyped(null);
  };
  return (
    <Field
      label="Name for programs"
      className="field function__name"
      maxLength={63}
      spellCheck={false}
      aria-invalid={problem !== null}
      value={wanted}
      set={setTyped}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish();
        if (event.key === "Escape") setTyped(null);
      }}
    >
      {problem && <span className="row__error">{problem}</span>}
    </Field>
  );
}

interface ActionsProps extends DeclaredFieldsProps {
  title: string;
  isFirst: boolean;
  isLast: boolean;
}

export function DeclaredActions({ kind, declared, title, isFirst, isLast }: ActionsProps) {
  const move = (by: -1 | 1) => () =>
    commit((graph) => moveDeclared(graph, kind, declared.name, by));
  return (
    <span className="function__actions">
      <IconButton small label={`Move ${title} up`} disabled={isFirst} onClick={move(-1)}>
        <ChevronUp aria-hidden />
      </IconButton>
      <IconButton small label={`Move ${title} down`} disabled={isLast} onClick={move(1)}>
        <ChevronDown aria-hidden />
      </IconButton>
      <IconButton
        small
        label={`${title} is no longer declared`}
        onClick={() => commit((graph) => removeDeclared(graph, kind, declared.name))}
      >
        <Trash2 aria-hidden />
      </IconButton>
    </span>
  );
}
