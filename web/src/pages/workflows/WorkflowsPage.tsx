/** All workflows. A minimal page: list, open, new. */

import "./workflows.css";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { sentenceOf } from "../../api/client";
import { createWorkflow, listWorkflows } from "../../api/workflows";
import type { WorkflowSummary } from "../../generated/api";
import { notify } from "../../stores/session";
import { Button } from "../../ui/Button";
import { Status } from "../../ui/Status";
import { ago } from "../../ui/time";
import { ThemeMenu } from "../../ui/ThemeMenu";

export function WorkflowsPage() {
  const [workflows, setWorkflows] = useState<WorkflowSummary[] | null>(null);
  const [, go] = useLocation();
  useEffect(() => {
    listWorkflows().then(
      (page) => setWorkflows(page.items),
      (error: unknown) => notify(sentenceOf(error), "error"),
    );
  }, []);
  const create = async () => {
    try {
      const made = await createWorkflow({ name: "Untitled workflow", nodes: [], edges: [] });
      go(`/workflows/${made.id}`);
    } catch (error) {
      notify(sentenceOf(error), "error");
    }
  };
  return (
    <main className="workflows">
      <header className="workflows__head">
        <h1>Workflows</h1>
        <ThemeMenu />
        <Button look="primary" onClick={() => void create()}>
          <Plus aria-hidden /> New workflow
        </Button>
      </header>
      {workflows?.length === 0 && <p className="muted">There is no workflow yet.</p>}
      <ul className="workflows__list">
        {workflows?.map((workflow) => (
          <li key={workflow.id}>
            <Link href={`/workflows/${workflow.id}`} className="card">
              <strong>{workflow.name}</strong>
              <span className="muted">saved {ago(workflow.updatedAt)}</span>
              {workflow.lastRun && <Status status={workflow.lastRun.status} />}
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
