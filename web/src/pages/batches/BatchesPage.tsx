/** Batches of a workflow: a table is brought, checked and started; earlier ones are listed. */

import "./batches.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import { errorMessage } from "../../api/client";
import { listBatches, readWorkflow } from "../../api/sdk";
import type { BatchRead } from "../../generated/api";
import { buttonClass } from "../../ui/Button";
import { StatusBadge } from "../../ui/StatusBadge";
import { formatRelativeTime } from "../../ui/format";
import { PageHeader } from "../../ui/header/PageHeader";
import { LoadMore } from "../../ui/lists/PagedList";
import { queryClient, usePagedList } from "../../ui/lists/usePagedList";
import { NewBatch } from "./NewBatch";

export default function BatchesPage({ workflowId }: { workflowId: number }) {
  const [, go] = useLocation();
  const workflow = useQuery(
    {
      queryKey: ["workflow-of-batches", workflowId],
      queryFn: () => readWorkflow({ path: { workflowId } }),
    },
    queryClient,
  );
  const batches = usePagedList(["batches", workflowId], (page) =>
    listBatches({ path: { workflowId }, query: page }),
  );
  const name = workflow.data?.name ?? "";
  useEffect(() => {
    document.title = name ? `Batches of ${name} – Nodeloom` : "Batches – Nodeloom";
  }, [name]);
  const inputs = workflow.data?.inputs.map((each) => each.name) ?? [];
  return (
    <>
      <PageHeader>
        {name && (
          <Link href={`/workflows/${workflowId}`} className={buttonClass("quiet")}>
            {name}
          </Link>
        )}
      </PageHeader>
      <main className="page">
        <h1>Batches</h1>
        {workflow.error && <p role="alert">{errorMessage(workflow.error)}</p>}
        {workflow.data && inputs.length === 0 && (
          <p className="muted">
            This workflow declares no inputs yet: on its canvas, choose in <em>Inputs</em> what each
            row gives. Then it can be run here, once for each row of a table.
          </p>
        )}
        {inputs.length > 0 && (
          <NewBatch
            workflowId={workflowId}
            inputs={inputs}
            onStarted={({ id }) => go(`/workflows/${workflowId}/batches/${id}`)}
          />
        )}
        {batches.failure && <p role="alert">{batches.failure}</p>}
        {batches.items && batches.items.length > 0 && <BatchList batches={batches.items} />}
        <LoadMore of="batches" hasMore={batches.hasMore} load={batches.loadMore} />
      </main>
    </>
  );
}

function BatchList({ batches }: { batches: readonly BatchRead[] }) {
  return (
    <section aria-labelledby="earlier-batches">
      <h2 id="earlier-batches">Earlier batches</h2>
      <ul className="batch-list">
        {batches.map(({ id, workflowId, name, status, counts, createdAt }) => (
          <li key={id}>
            <Link href={`/workflows/${workflowId}/batches/${id}`}>{name}</Link>
            <StatusBadge status={status} />
            <span className="muted">
              {counts.completed} of {counts.total} rows done
              {counts.failed > 0 && `, ${counts.failed} failed`}
            </span>
            <span className="muted">{formatRelativeTime(createdAt)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
