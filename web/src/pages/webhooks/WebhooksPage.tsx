/** Webhooks of the user: addresses that are told of ended runs, and what each was told. */

import "../new-item.css";
import "./webhooks.css";
import { useEffect, useState } from "react";
import { errorMessage } from "../../api/client";
import {
  deleteWebhook,
  listFunctions,
  listWebhooks,
  rotateWebhookSecret,
  updateWebhook,
} from "../../api/sdk";
import type { WebhookMade, WebhookRead } from "../../generated/api";
import { notify } from "../../stores/session";
import { Button } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { Dialog } from "../../ui/Dialog";
import { formatRelativeTime } from "../../ui/format";
import { PageHeader } from "../../ui/header/PageHeader";
import { usePagedList } from "../../ui/lists/usePagedList";
import { Deliveries } from "./Deliveries";
import { NewWebhookForm } from "./NewWebhookForm";

export default function WebhooksPage() {
  const webhooks = usePagedList(["webhooks"], () => listWebhooks());
  const functions = usePagedList(["functions"], () => listFunctions());
  const [made, setMade] = useState<WebhookMade | null>(null);
  useEffect(() => {
    document.title = "Webhooks – Nodeloom";
  }, []);
  const show = (webhook: WebhookMade) => {
    setMade(webhook);
    void webhooks.refresh();
  };
  return (
    <>
      <PageHeader />
      <main className="page">
        <h1>Webhooks</h1>
        <p className="muted">
          An address of yours is told when a run ends: signed, and again until it answers, for a day
          at most.
        </p>
        <NewWebhookForm functions={functions.items?.map(({ name }) => name) ?? []} onMade={show} />
        {webhooks.failure && <p role="alert">{webhooks.failure}</p>}
        {webhooks.items?.length === 0 && <p className="muted">There is no webhook.</p>}
        <ul className="webhooks" aria-label="Your webhooks">
          {webhooks.items?.map((webhook) => (
            <WebhookEntry
              key={webhook.id}
              webhook={webhook}
              changed={webhooks.refresh}
              onSecret={show}
            />
          ))}
        </ul>
      </main>
      <SecretDialog made={made} onClose={() => setMade(null)} />
    </>
  );
}

interface EntryProps {
  webhook: WebhookRead;
  changed: () => Promise<unknown>;
  onSecret: (made: WebhookMade) => void;
}

function WebhookEntry({ webhook, changed, onSecret }: EntryProps) {
  const { id, title, url, disabledAt } = webhook;
  const [deleting, setDeleting] = useState(false);
  const path = { webhookId: id };
  const act = async (work: Promise<unknown>) => {
    await work.catch((error: unknown) => notify(errorMessage(error), "error"));
    await changed();
  };
  return (
    <li className="webhook" aria-label={title}>
      <div className="webhook__head">
        <strong>{title}</strong>
        <code>{url}</code>
      </div>
      <p className="muted">{describe(webhook)}</p>
      <Health webhook={webhook} />
      <div className="webhook__tools">
        <Button
          small
          onClick={() => void act(updateWebhook({ path, body: { enabled: disabledAt !== null } }))}
        >
          {disabledAt ? "Enable" : "Disable"}
        </Button>
        <Button small onClick={() => void act(rotateWebhookSecret({ path }).then(onSecret))}>
          New secret
        </Button>
        <Button small onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </div>
      <Deliveries webhook={webhook} />
      {deleting && (
        <Dialog
          open
          onClose={() => setDeleting(false)}
          title={`Delete the webhook “${title}”?`}
          description="It is told nothing any more, also not what was still to be sent. This cannot be undone."
          buttons={
            <>
              <Button onClick={() => setDeleting(false)}>Leave it</Button>
              <Button variant="danger" onClick={() => void act(deleteWebhook({ path }))}>
                Delete the webhook
              </Button>
            </>
          }
        />
      )}
    </li>
  );
}

function describe({ events, workflowId, functionName, onRequest }: WebhookRead): string {
  const ends = events.map((event) => event.replace("run.", "")).join(", ");
  const which = functionName
    ? `calls of “${functionName}”`
    : workflowId
      ? `runs of workflow ${workflowId}`
      : onRequest
        ? "calls of functions"
        : "all runs";
  return `Of ${which} that are ${ends}${onRequest ? ", where the call names it" : ""}.`;
}

const REASONS = {
  gone: "it answered 410, so it was disabled",
  failing: "nothing came through for three days, so it was disabled",
  owner: "it is disabled",
} as const;

function Health({
  webhook: { disabledAt, disabledReason, failingSince },
}: {
  webhook: WebhookRead;
}) {
  if (disabledAt && disabledReason) {
    return (
      <p className="webhook__disabled">
        Nothing is sent: {REASONS[disabledReason]} {formatRelativeTime(disabledAt)}.
      </p>
    );
  }
  if (!failingSince) return null;
  return (
    <p className="webhook__disabled">
      Nothing came through since {formatRelativeTime(failingSince)}: see its deliveries.
    </p>
  );
}

function SecretDialog({ made, onClose }: { made: WebhookMade | null; onClose: () => void }) {
  if (!made) return null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`The secret of “${made.title}”`}
      description="Your receiver checks signatures with it. Copy it now: it is shown this one time."
      buttons={
        <>
          <Button onClick={() => void copyText(made.secret)}>Copy</Button>
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        </>
      }
    >
      <input
        className="field webhook__secret"
        aria-label="Secret"
        readOnly
        value={made.secret}
        onFocus={(event) => event.currentTarget.select()}
      />
    </Dialog>
  );
}
