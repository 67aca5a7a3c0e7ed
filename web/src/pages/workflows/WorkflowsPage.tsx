/** All workflows: found, opened, made, copied, renamed, deleted, brought back, taken in. */

import "./workflows.css";
import { FileUp, LayoutTemplate, Plus, Search } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { Button } from "../../ui/Button";
import { PageHead } from "../../ui/header/PageHeader";
import { importFiles, isRemarkable, type Outcome } from "./importFiles";
import { ImportReport } from "./ImportReport";
import { List } from "./WorkflowList";
import { TemplatesDialog } from "./Templates";
import { openWorkflow, useDeeds } from "./useWorkflowActions";
import { useFileDrop } from "./useFileDrop";
import { useKeys } from "./usePageShortcuts";
import { useWorkflows } from "./useWorkflows";

export default function WorkflowsPage() {
  const { filter, set } = useFilter();
  const { listed, reload, more } = useWorkflows(filter);
  const deeds = useDeeds(reload);
  const { take, outcomes, close } = useImport(reload);
  const [beginning, setBeginning] = useState(false);
  const over = useFileDrop(take);
  useKeys();
  useEffect(() => {
    document.title = "Workflows – Nodeloom";
  }, []);
  return (
    <div className="workflows" data-over={over || undefined}>
      <PageHead>
        <SearchField text={filter.text} onChange={(text) => set("q", text)} />
      </PageHead>
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
          <FileButton take={take} />
          <Button onClick={() => setBeginning(true)}>
            <LayoutTemplate aria-hidden /> From a template
          </Button>
          <Button look="primary" data-shortcut="new" onClick={() => void deeds.create()}>
            <Plus aria-hidden /> New workflow
          </Button>
        </div>
        <List listed={listed} filter={filter} deeds={deeds} more={more} reload={reload} />
      </main>
      {over && <p className="workflows__drop">Drop the file to import it</p>}
      <TemplatesDialog open={beginning} onClose={() => setBeginning(false)} deeds={deeds} />
      <ImportReport outcomes={outcomes} onClose={close} />
    </div>
  );
}

export interface Filter {
  text: string;
  sort: "updated" | "name";
  deleted: boolean;
}

/** What is asked for is in the address, so that going back and reloading keep it. */
function useFilter() {
  const [params, setParams] = useSearchParams();
  const filter: Filter = {
    text: params.get("q") ?? "",
    sort: params.get("sort") === "name" ? "name" : "updated",
    deleted: params.get("deleted") === "true",
  };
  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  return { filter, set };
}

function useImport(changed: () => void) {
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const take = useCallback(
    (files: File[]) => {
      void importFiles(files).then((all) => {
        changed();
        const [only] = all;
        if (all.length === 1 && only && "made" in only && !isRemarkable(only)) {
          openWorkflow(only.made.workflow.id);
        } else {
          setOutcomes(all);
        }
      });
    },
    [changed],
  );
  const close = useCallback(() => setOutcomes([]), []);
  return { take, outcomes, close };
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

function FileButton({ take }: { take: (files: File[]) => void }) {
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
          take([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
