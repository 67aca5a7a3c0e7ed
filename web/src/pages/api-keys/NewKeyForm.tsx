/** The form for a new API key. */

import { useEffect, useState } from "react";
import { errorMessage } from "../../api/client";
import { createApiKey, listFunctions } from "../../api/sdk";
import type { ApiKeyMade } from "../../generated/api";
import { Button } from "../../ui/Button";

const SCOPES = [
  {
    id: "read",
    title: "read",
    description: "workflows, runs, results, files",
    ofFunction: "what it takes and gives, and what came of calls with this key",
  },
  {
    id: "run",
    title: "run",
    description: "start and stop runs",
    ofFunction: "call it, and stop these calls",
  },
  { id: "write", title: "write", description: "save, upload, delete", ofFunction: "" },
] as const;
type Scope = (typeof SCOPES)[number]["id"];

const DAY_MS = 86_400_000;
const EXPIRY_OPTIONS: [string, number][] = [
  ["in 30 days", 30],
  ["in 90 days", 90],
  ["in a year", 365],
  ["never", 0],
];
const NAME_LENGTH = 100;
/** No name of a function: the key is for everything. */
const EVERYTHING = "";

export function NewKeyForm({ onMade }: { onMade: (key: ApiKeyMade) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["read", "run"]);
  const [chosen, setChosen] = useState(EVERYTHING);
  const [days, setDays] = useState(90);
  const [failure, setFailure] = useState<string | null>(null);
  const toggle = (id: Scope) =>
    setScopes(scopes.includes(id) ? scopes.filter((each) => each !== id) : [...scopes, id]);
  const functions = useFunctionNames();
  const possible = chosen === EVERYTHING ? SCOPES : SCOPES.filter(({ id }) => id !== "write");
  const wanted = possible.map(({ id }) => id).filter((id) => scopes.includes(id));
  const make = async () => {
    try {
      const only = chosen === EVERYTHING ? null : [chosen];
      const body = {
        name: name.trim(),
        scopes: wanted,
        expiresAt: expiryOf(days),
        functions: only,
      };
      onMade(await createApiKey({ body }));
      setName("");
      setFailure(null);
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  return (
    <form
      className="new-item new-key"
      aria-label="A new key"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <label className="new-key__name">
        Name
        <input
          className="field"
          required
          maxLength={NAME_LENGTH}
          placeholder="Nightly run"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <ScopeFields {...{ possible, scopes, toggle }} ofFunction={chosen !== EVERYTHING} />
      {functions.length > 0 && <FunctionField {...{ functions, chosen, setChosen }} />}
      <label>
        It ends
        <select
          className="field"
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {EXPIRY_OPTIONS.map(([title, count]) => (
            <option key={count} value={count}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" variant="primary" disabled={!name.trim() || wanted.length === 0}>
        Make a key
      </Button>
      {failure && (
        <p role="alert" className="new-item__failure">
          {failure}
        </p>
      )}
    </form>
  );
}

interface ScopeFieldsProps {
  possible: readonly (typeof SCOPES)[number][];
  scopes: readonly Scope[];
  toggle: (id: Scope) => void;
  ofFunction: boolean;
}

function ScopeFields({ possible, scopes, toggle, ofFunction: isOfFunction }: ScopeFieldsProps) {
  return (
    <fieldset className="new-item__checks new-key__scopes">
      <legend>It may</legend>
      {possible.map(({ id, title, description, ofFunction }) => (
        <label key={id}>
          <input type="checkbox" checked={scopes.includes(id)} onChange={() => toggle(id)} />
          <span>
            <strong>{title}</strong>{" "}
            <span className="muted">{isOfFunction ? ofFunction : description}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface FunctionFieldProps {
  functions: readonly string[];
  chosen: string;
  setChosen: (name: string) => void;
}

function FunctionField({ functions, chosen, setChosen }: FunctionFieldProps) {
  return (
    <label className="new-key__function">
      It is for
      <select className="field" value={chosen} onChange={(event) => setChosen(event.target.value)}>
        <option value={EVERYTHING}>everything</option>
        {functions.map((each) => (
          <option key={each} value={each}>
            the function {each}
          </option>
        ))}
      </select>
    </label>
  );
}

function expiryOf(days: number): string | null {
  return days ? new Date(Date.now() + days * DAY_MS).toISOString() : null;
}

/** Without them, or while they cannot be had, a key can still be made for everything. */
function useFunctionNames(): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let shown = true;
    listFunctions().then(
      ({ items }) => shown && setNames(items.map(({ name }) => name)),
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, []);
  return names;
}
