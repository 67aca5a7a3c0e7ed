/** The form for a new API key. */

import { useState } from "react";
import { errorMessage } from "../../api/client";
import { createApiKey } from "../../api/sdk";
import type { ApiKeyMade } from "../../generated/api";
import { Button } from "../../ui/Button";

const SCOPES = [
  { id: "read", title: "read", description: "workflows, runs, results, files" },
  { id: "run", title: "run", description: "start and stop runs" },
  { id: "write", title: "write", description: "save, upload, delete" },
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

export function NewKeyForm({ onMade }: { onMade: (key: ApiKeyMade) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["read", "run"]);
  const [days, setDays] = useState(90);
  const [failure, setFailure] = useState<string | null>(null);
  const toggle = (id: Scope) =>
    setScopes(scopes.includes(id) ? scopes.filter((each) => each !== id) : [...scopes, id]);
  const make = async () => {
    const expiresAt = days ? new Date(Date.now() + days * DAY_MS).toISOString() : null;
    try {
      const body = { name: name.trim(), scopes: [...scopes], expiresAt };
      onMade(await createApiKey({ body }));
      setName("");
      setFailure(null);
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  return (
    <form
      className="new-key"
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
      <fieldset className="new-key__scopes">
        <legend>It may</legend>
        {SCOPES.map(({ id, title, description }) => (
          <label key={id}>
            <input type="checkbox" checked={scopes.includes(id)} onChange={() => toggle(id)} />
            <span>
              <strong>{title}</strong> <span className="muted">{description}</span>
            </span>
          </label>
        ))}
      </fieldset>
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
      <Button type="submit" variant="primary" disabled={!name.trim() || scopes.length === 0}>
        Make a key
      </Button>
      {failure && (
        <p role="alert" className="new-key__failure">
          {failure}
        </p>
      )}
    </form>
  );
}
