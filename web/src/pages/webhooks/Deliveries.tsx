/** What a webhook was told: how each delivery went, and sending one again. */

import { useState } from "react";
import { errorMessage } from "../../api/client";
import { listWebhookDeliveries, resendWebhookDelivery } from "../../api/sdk";
import type { WebhookDeliveryRead, WebhookRead } from "../../generated/api";
import { notify } from "../../stores/session";
import { Button } from "../../ui/Button";
import { formatDuration, formatRelativeTime } from "../../ui/format";
import { LoadMore } from "../../ui/lists/PagedList";
import { usePagedList } from "../../ui/lists/usePagedList";

/** How often a list is read again in which something is still to be sent. */
const PENDING_MS = 2_000;

export function Deliveries({ webhook }: { webhook: WebhookRead }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Deliveries</summary>
      {open && <DeliveryList webhook={webhook} />}
    </details>
  );
}

function DeliveryList({ webhook: { id, title } }: { webhook: WebhookRead }) {
  const path = { webhookId: id };
  const list = usePagedList(["deliveries", id], (query) => listWebhookDeliveries({ path, query }), {
    refetchInterval: (items) =>
      items.some(({ status }) => status === "pending") ? PENDING_MS : false,
  });
  const resend = async (delivery: WebhookDeliveryRead) => {
    const asked = resendWebhookDelivery({ path: { ...path, deliveryId: delivery.id } });
    await asked.catch((error: unknown) => notify(errorMessage(error), "error"));
    await list.refresh();
  };
  if (list.failure) return <p role="alert">{list.failure}</p>;
  if (list.items?.length === 0) return <p className="muted">It was told nothing yet.</p>;
  return (
    <>
      <ul className="deliveries" aria-label={`Deliveries to ${title}`}>
        {list.items?.map((delivery) => (
          <DeliveryEntry
            key={delivery.id}
            delivery={delivery}
            resend={() => void resend(delivery)}
          />
        ))}
      </ul>
      <LoadMore of="deliveries" hasMore={list.hasMore} load={list.loadMore} />
    </>
  );
}

interface DeliveryEntryProps {
  delivery: WebhookDeliveryRead;
  resend: () => void;
}

function DeliveryEntry({ delivery, resend }: DeliveryEntryProps) {
  const { event, status, createdAt, response, error, runId } = delivery;
  return (
    <li className="delivery" data-status={status}>
      <span className="delivery__head">
        <strong>{event}</strong> <span className="muted">{formatRelativeTime(createdAt)}</span>
      </span>
      <span>{outcome(delivery)}</span>
      {status !== "pending" && (
        <Button small aria-label={`Send again: ${event} of run ${runId}`} onClick={resend}>
          Send again
        </Button>
      )}
      {(error ?? response) && <code className="delivery__answer">{error ?? response}</code>}
    </li>
  );
}

function outcome(delivery: WebhookDeliveryRead): string {
  const { status, attemptCount, responseStatus, durationMs, nextAttemptAt } = delivery;
  const attempts = attemptCount === 1 ? "1 attempt" : `${attemptCount} attempts`;
  const answered = responseStatus
    ? `answered ${responseStatus} after ${formatDuration(durationMs)}`
    : "no answer";
  if (attemptCount === 0) return "Is about to be sent.";
  if (status === "delivered") return `Delivered: ${answered}, ${attempts}.`;
  if (status === "failed") return `Given up: ${answered}, ${attempts}.`;
  const next = nextAttemptAt ? ` Tried again ${formatRelativeTime(nextAttemptAt)}.` : "";
  return `Not delivered yet: ${answered}, ${attempts}.${next}`;
}
