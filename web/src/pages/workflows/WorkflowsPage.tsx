/** All workflows: found, opened, made, copied, renamed, deleted, brought back, taken in. */

import "./workflows.css";
import { FileUp, LayoutTemplate, Plus, Search } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../../ui/Button";
import { PageHeader } from "../../ui/header/PageHeader";
import { importFiles, needsReport, type ImportOutcome } from "./import/importFiles";
import { WorkflowList } from "./WorkflowList";
import { navigateToWorkflow, useWorkflowActions } from "./useWorkflowActions";
import { useFileDrop } from "./useFileDrop";
import { usePageShortcuts } from "./usePageShortcuts";
import { useWorkflowListFilter } from "./useWorkflowListFilter";
import { useWorkflows } from "./useWorkflows";

// Dialogs, with all that draws them, come when they are wanted.
const ImportReport = lazy(() => import("./import/ImportReport"));
const TemplatesDialog = lazy(() => import("./TemplatesDialog"));

export default function WorkflowsPage() {
  const { filter, set } = useWorkflowListFilter();
  const list = useWorkflows(filter);
  const actions = useWorkflowActions(list.refresh);
  const { importDropped, outcomes, close } = useImport(list.refresh);
  const [choosingTemplate, setBeginning] = useState(false);
  const draggingOver = useFileDrop(importDropped);
  usePageShortcuts();
  useEffect(() => {
    document.title = "Workflows – Nodeloom";
  }, []);
  return (
    <div className="workflows" data-over={draggingOver || undefined}>
      <PageHeader>
        <SearchField text={filter.text} onChange={(text) => set("q", text)} />
      </PageHeader>
      <main className="workflows__main">
        <div className="workflows__head">
          <h1>{filter.deleted ? "Deleted workflows" : "Workflows"}</h1>
          <label className="workflows__sort">
            <span className="muted">Sorted by</span>
            <select
              className="field"
              value={filter.sort}
              onChange={(event) => set("sort", event.target.value === "name" ? "name" : "")}
            >
              <option value="updated">last saved</option>
              <option value="name">name</option>
            </select>
          </label>
          <Button onClick={() => set("deleted", filter.deleted ? "" : "true")}>
            {filter.deleted ? "Show all others" : "Show deleted"}
          </Button>
          <ImportButton importDropped={importDropped} />
          <Button onClick={() => setBeginning(true)}>
            <LayoutTemplate aria-hidden /> From a template
          </Button>
          <Button variant="primary" data-shortcut="new" onClick={() => void actions.create()}>
            <Plus aria-hidden /> New workflow
          </Button>
        </div>
        <WorkflowList list={list} filter={filter} actions={actions} />
      </main>
      {draggingOver && <p className="workflows__drop">Drop the file to import it</p>}
      <Suspense>
        {choosingTemplate && (
          <TemplatesDialog onClose={() => setBeginning(false)} actions={actions} />
        )}
        {outcomes.length > 0 && <ImportReport outcomes={outcomes} onClose={close} />}
      </Suspense>
    </div>
  );
}

function useImport(changed: () => Promise<unknown>) {
  const [outcomes, setOutcomes] = useState<readonly ImportOutcome[]>([]);
  const importDropped = useCallback(
    (files: File[]) => {
      void importFiles(files).then((all) => {
        void changed();
        const [only] = all;
        if (all.length === 1 && only && "made" in only && !needsReport(only)) {
          navigateToWorkflow(only.made.workflow.id);
        } else {
          setOutcomes(all);
        }
      });
    },
    [changed],
  );
  const close = useCallback(() => setOutcomes([]), []);
  return { importDropped, outcomes, close };
}

function SearchField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <span className="search">
      <Search aria-hidden />
      <input
        className="field"
        type="search"
        aria-label="Search workflows"
        placeholder="Search workflows  ( / )"
        data-shortcut="search"
        maxLength={200}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    </span>
  );
}

function ImportButton({ importDropped }: { importDropped: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button title="Or drop files anywhere on this page" onClick={() => input.current?.click()}>
        <FileUp aria-hidden /> Import
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        multiple
        hidden
        onChange={(event) => {
          importDropped([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
