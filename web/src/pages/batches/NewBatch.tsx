/** A table on its way to a batch: dropped, chosen or pasted, previewed with its problems, then started. */

import { Play, Upload } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { errorMessage } from "../../api/client";
import type { BatchPreview, BatchRead } from "../../generated/api";
import { randomId } from "../../graph/id";
import { Button } from "../../ui/Button";
import { PreviewTable } from "./PreviewTable";
import { type BatchSource, type Mapping, pastedTable, previewBatch, startBatch } from "./source";

/** After so long without a key the table is read. */
const READ_AFTER_MS = 400;

interface NewBatchProps {
  workflowId: number;
  /** Names of the declared inputs. */
  inputs: readonly string[];
  onStarted: (batch: BatchRead) => void;
}

export function NewBatch({ workflowId, inputs, onStarted }: NewBatchProps) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<BatchSource | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const { preview, failure } = usePreview(workflowId, file, text, mapping);
  const { start, starting, refusal } = useStart(workflowId, file, text, mapping, onStarted);
  const chooser = useRef<HTMLInputElement>(null);
  const take = (chosen: File | undefined) => {
    if (!chosen) return;
    setMapping({});
    setFile({ name: chosen.name, content: chosen });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  };
  const ready = preview !== null && preview.problemCount === 0;
  return (
    <section
      className="new-batch"
      aria-labelledby="new-batch"
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      <h2 id="new-batch">Run for each row of a table</h2>
      {file ? (
        <p className="new-batch__file">
          <strong>{file.name}</strong>
          <Button small onClick={() => setFile(null)}>
            Another one
          </Button>
        </p>
      ) : (
        <>
          <label htmlFor="batch-table">
            Paste a table with a line of names, or drop a CSV, JSON Lines or .zip of files
          </label>
          <textarea
            id="batch-table"
            className="field new-batch__text"
            rows={5}
            spellCheck={false}
            placeholder={`${inputs.slice(0, 4).join(",")}\n…`}
            value={text}
            onChange={(event) => {
              setMapping({});
              setText(event.target.value);
            }}
          />
          <input
            ref={chooser}
            type="file"
            hidden
            aria-label="File for a batch"
            accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.zip"
            onChange={(event) => take(event.target.files?.[0])}
          />
          <Button onClick={() => chooser.current?.click()}>
            <Upload aria-hidden /> Choose a file
          </Button>
        </>
      )}
      {(failure ?? refusal) && (
        <p role="alert" className="new-batch__failure">
          {failure ?? refusal}
        </p>
      )}
      {preview && (
        <PreviewTable
          preview={preview}
          onMap={(changed) => setMapping({ ...mapping, ...changed })}
        />
      )}
      {preview && (
        <Button variant="primary" disabled={!ready || starting} onClick={() => void start()}>
          <Play aria-hidden /> {runLabel(preview)}
        </Button>
      )}
    </section>
  );
}

function runLabel({ rowCount }: BatchPreview): string {
  return rowCount === 1 ? "Run one row" : `Run ${rowCount.toLocaleString("en")} rows`;
}

/** Reads what was brought, once it has been left alone for a moment. */
function usePreview(workflowId: number, file: BatchSource | null, text: string, mapping: Mapping) {
  const [preview, setPreview] = useState<BatchPreview | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const source = file ?? (text.trim() ? pastedTable(text) : null);
    const abort = new AbortController();
    const read = async () => {
      try {
        setPreview(source && (await previewBatch(workflowId, source, mapping, abort.signal)));
        setFailure(null);
      } catch (error) {
        if (abort.signal.aborted) return;
        setPreview(null);
        setFailure(errorMessage(error));
      }
    };
    const timer = setTimeout(() => void read(), READ_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [workflowId, file, text, mapping]);
  return { preview, failure };
}

/** Starts what was brought; pressed again after a failure, it is the same batch. */
function useStart(
  workflowId: number,
  file: BatchSource | null,
  text: string,
  mapping: Mapping,
  onStarted: (batch: BatchRead) => void,
) {
  const [starting, setStarting] = useState(false);
  const [refused, setRefused] = useState<{ brought: Brought; why: string } | null>(null);
  const brought: Brought = { file, text, mapping };
  const sent = useRef({ brought, key: randomId(24) });
  const start = async () => {
    if (!isSame(sent.current.brought, brought)) sent.current = { brought, key: randomId(24) };
    setStarting(true);
    try {
      const source = file ?? pastedTable(text);
      onStarted(await startBatch(workflowId, source, mapping, sent.current.key));
    } catch (error) {
      setRefused({ brought, why: errorMessage(error) });
    } finally {
      setStarting(false);
    }
  };
  const refusal = refused && isSame(refused.brought, brought) ? refused.why : null;
  return { start, starting, refusal };
}

interface Brought {
  file: BatchSource | null;
  text: string;
  mapping: Mapping;
}

function isSame(a: Brought, b: Brought): boolean {
  return a.file === b.file && a.text === b.text && a.mapping === b.mapping;
}
