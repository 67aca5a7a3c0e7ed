/** A batch while it runs and afterwards: how far it is, its rows with their results, what can be done. */

import "./batches.css";
import { useQuery } from "@tanstack/react-query";
import { Ban, Download, RotateCcw } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { errorMessage } from "../../api/client";
import { cancelBatch, readBatch, retryBatch } from "../../api/sdk";
import type { BatchRead } from "../../generated/api";
import { notify } from "../../stores/session";
import { Button, buttonClass } from "../../ui/Button";
import { downloadResult } from "../../ui/download";
import { PageHeader } from "../../ui/header/PageHeader";
import { queryClient } from "../../ui/lists/usePagedList";
import { StatusBadge } from "../../ui/StatusBadge";
import { RowGrid } from "./RowGrid";

const POLL_MS = 1_500;

export default function BatchPage({ batchId }: { batchId: string }) {
  const { data: batch, error } = useQuery(
    {
      queryKey: ["batch", batchId],
      queryFn: () => readBatch({ path: { batchId } }),
      refetchInterval: ({ state }) => (state.data?.status === "RUNNING" ? POLL_MS : false),
    },
    queryClient,
  );
  useEffect(() => {
    document.title = batch ? `${batch.name} – Nodeloom` : "Batch – Nodeloom";
  }, [batch]);
  return (
    <>
      <PageHeader>
        {batch && (
          <Link href={`/workflows/${batch.workflowId}/batches`} className={buttonClass("quiet")}>
            All batches
          </Link>
        )}
      </PageHeader>
      <main className="page batch">
        {error && !batch && <p role="alert">{errorMessage(error)}</p>}
        {batch && (
          <>
            <h1>{batch.name}</h1>
            <BatchProgress batch={batch} />
            <BatchTools batch={batch} />
            <RowGrid batch={batch} />
          </>
        )}
      </main>
    </>
  );
}

function BatchProgress({ batch }: { batch: BatchRead }) {
  const { status, counts, usage } = batch;
  const ended = counts.completed + counts.failed + counts.cancelled;
  const parts = [
    `${counts.completed.toLocaleString("en")} done`,
    counts.running > 0 && `${counts.running} running`,
    counts.failed > 0 && `${counts.failed.toLocaleString("en")} failed`,
    counts.cancelled > 0 && `${counts.cancelled.toLocaleString("en")} stopped`,
    usage.totalTokens > 0 && `${usage.totalTokens.toLocaleString("en")} tokens`,
  ].filter(Boolean);
  return (
    <div className="batch__progress">
      <StatusBadge status={status} />
      <progress max={counts.total} value={ended} aria-label="Rows that have ended" />
      <span role="status">
        {ended.toLocaleString("en")} of {counts.total.toLocaleString("en")} rows: {parts.join(", ")}
      </span>
    </div>
  );
}

function BatchTools({ batch }: { batch: BatchRead }) {
  const { id: batchId, status, counts } = batch;
  const change = async (request: () => Promise<BatchRead>) => {
    try {
      queryClient.setQueryData(["batch", batchId], await request());
    } catch (error) {
      notify(errorMessage(error), "error");
    }
    await queryClient.invalidateQueries({ queryKey: ["batch", batchId] });
  };
  const failed = counts.failed + counts.cancelled;
  const file = (kind: "csv" | "zip") => () =>
    void downloadResult(`/api/batches/${batchId}/results.${kind}`, `results.${kind}`);
  return (
    <div className="batch__tools">
      {status === "RUNNING" && (
        <Button onClick={() => void change(() => cancelBatch({ path: { batchId } }))}>
          <Ban aria-hidden /> Cancel
        </Button>
      )}
      {status !== "RUNNING" && failed > 0 && (
        <Button
          variant="primary"
          onClick={() => void change(() => retryBatch({ path: { batchId } }))}
        >
          <RotateCcw aria-hidden /> {failed === 1 ? "Retry the row" : `Retry ${failed} rows`}
        </Button>
      )}
      <Button onClick={file("csv")}>
        <Download aria-hidden /> Results as CSV
      </Button>
      <Button onClick={file("zip")}>
        <Download aria-hidden /> With files as .zip
      </Button>
    </div>
  );
}
