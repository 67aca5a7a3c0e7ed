/** The form for a new webhook. */

import { type SyntheticEvent, useState } from "react";
import { errorMessage } from "../../api/client";
import { createWebhook } from "../../api/sdk";
import type { WebhookMade } from "../../generated/api";
import { Button } from "../../ui/Button";

const EVENTS = [
  { id: "run.completed", title: "completed" },
  { id: "run.failed", title: "failed" },
  { id: "run.cancelled", title: "cancelled" },
] as const;
type EventId = (typeof EVENTS)[number]["id"];

interface NewWebhookFormProps {
  /** Names of functions. */
  functions: readonly string[];
  onMade: (webhook: WebhookMade) => void;
}

export function NewWebhookForm({ functions, onMade }: NewWebhookFormProps) {
  const [title, setTitle] = useState("");
  const [url, setUrl] = useState("");
  const [functionName, setFunctionName] = useState("");
  const [events, setEvents] = useState<readonly EventId[]>(EVENTS.map(({ id }) => id));
  const [failure, setFailure] = useState<string | null>(null);
  const toggle = (id: EventId) =>
    setEvents(events.includes(id) ? events.filter((each) => each !== id) : [...events, id]);
  const make = async (event: SyntheticEvent) => {
    event.preventDefault();
    try {
      const named = functionName ? { functionName } : {};
      const body = { title: title.trim(), url: url.trim(), events: [...events], ...named };
      onMade(await createWebhook({ body }));
      setTitle("");
      setUrl("");
      setFailure(null);
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  return (
    <form
      className="new-item new-webhook"
      aria-label="A new webhook"
      onSubmit={(event) => void make(event)}
    >
      <label>
        Name
        <input
          className="field"
          maxLength={100}
          placeholder="The shop's own system"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
      <label className="new-webhook__url">
        Address
        <input
          className="field"
          inputMode="url"
          spellCheck={false}
          placeholder="https://…"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
      </label>
      <label>
        It is told of
        <select
          className="field"
          value={functionName}
          onChange={(event) => setFunctionName(event.target.value)}
        >
          <option value="">all runs</option>
          {functions.map((name) => (
            <option key={name} value={name}>
              calls of {name}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="new-item__checks">
        <legend>That are</legend>
        {EVENTS.map(({ id, title }) => (
          <label key={id}>
            <input type="checkbox" checked={events.includes(id)} onChange={() => toggle(id)} />
            {title}
          </label>
        ))}
      </fieldset>
      <Button
        type="submit"
        variant="primary"
        disabled={!title.trim() || !url.trim() || events.length === 0}
      >
        Make a webhook
      </Button>
      {failure && (
        <p role="alert" className="new-item__failure">
          {failure}
        </p>
      )}
    </form>
  );
}
