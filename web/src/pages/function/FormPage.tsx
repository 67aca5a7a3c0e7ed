/**
 * A function as a form, for people who never see its graph: made from its JSON Schemas alone, which
 * say what it takes and gives. It reads no node, and no run but its own.
 */

import "./function-page.css";
import { Play, Square } from "lucide-react";
import { type SyntheticEvent, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, errorMessage } from "../../api/client";
import type { Problem } from "../../generated/api";
import { Button } from "../../ui/Button";
import type { CallProgress } from "./call";
import { FormRow, rowId } from "./FormRow";
import {
  type FormField,
  readForm,
  readTyped,
  type Typed,
  typedDefaults,
  typedInputs,
} from "./form";
import { Results } from "./Results";
import { type FormRead, type FormSource, FormSourceContext, useFormSource } from "./source";
import { type CallState, storedCall, useCall } from "./useCall";

export default function FormPage({ source }: { source: FormSource }) {
  const [read, setRead] = useState<FormRead | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    source.read().then(setRead, setFailure);
  }, [source, attempt]);
  const again = () => {
    setFailure(null);
    setAttempt(attempt + 1);
  };
  return (
    <>
      <header className="page-header">
        <img src="/icon.svg" alt="" width={26} height={26} />
        <strong>Nodeloom</strong>
      </header>
      {failure ? (
        <LoadFailure error={failure} again={again} />
      ) : read ? (
        <FormSourceContext value={source}>
          <FunctionForm read={read} />
        </FormSourceContext>
      ) : (
        <p className="waiting muted">Opening …</p>
      )}
    </>
  );
}

function LoadFailure({ error, again }: { error: unknown; again: () => void }) {
  const status = error instanceof ApiError ? error.status : 0;
  return (
    <main className="waiting">
      <h1>{FAILURES[status] ?? "The form cannot be opened"}</h1>
      <p>{errorMessage(error)}</p>
      {status === 404 && (
        <p className="muted">
          Perhaps a part of the address was lost on its way, or the function was taken back: ask
          whoever gave it to you.
        </p>
      )}
      {!FAILURES[status] && (
        <Button variant="primary" onClick={again}>
          Try again
        </Button>
      )}
    </main>
  );
}

/** What trying again does not change. */
const FAILURES: Readonly<Record<number, string>> = {
  404: "There is no such form",
  410: "This link is over",
};

function FunctionForm({ read }: { read: FormRead }) {
  const source = useFormSource();
  const { title, stepCount, limits } = read;
  const fields = useMemo(() => readForm(read.inputs), [read]);
  const [typed, setTyped] = useState(() => {
    const stored = storedCall(source.id);
    return stored ? typedInputs(fields, stored.inputs) : typedDefaults(fields);
  });
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const { state, start, cancel, startCount } = useCall(source);
  const refused = state.kind === "refused" ? state.problems : NO_PROBLEMS;
  /** Fields that were changed since the last call: what was wrong with them is over. */
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const problemOf = ({ name }: FormField) =>
    problems[name] ?? (changed.has(name) ? undefined : byInput(refused)[name]);
  useEffect(() => {
    document.title = `${title} – Nodeloom`;
  }, [title]);
  const results = useRef<HTMLDivElement>(null);
  const over = state.kind === "ended" || state.kind === "refused";
  useEffect(() => {
    // On a telephone they are below the form, out of view.
    if (over) results.current?.scrollIntoView({ block: "start" });
  }, [over]);
  useEffect(() => focusFirst(fields, byInput(refused)), [fields, refused]);
  const set = (field: string) => (value: Typed) => {
    setTyped((now) => ({ ...now, [field]: value }));
    setProblems(({ [field]: _, ...others }) => others);
    setChanged((now) => new Set([...now, field]));
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (state.kind === "active") return;
    const reading = readTyped(fields, typed);
    setProblems(reading.problems);
    setChanged(new Set());
    if (Object.keys(reading.problems).length > 0) focusFirst(fields, reading.problems);
    else start(reading.inputs);
  };
  return (
    <main className="function-page">
      <h1>{title}</h1>
      <form className="function-page__form" noValidate onSubmit={submit} aria-label={title}>
        {fields.length === 0 && <p className="muted">Nothing has to be filled in.</p>}
        {fields.map((field) => (
          <FormRow
            key={field.name}
            field={field}
            value={typed[field.name]}
            problem={problemOf(field)}
            set={set(field.name)}
          />
        ))}
        {limits && <LinkLimits {...limits} startCount={startCount} />}
        <RunBar state={state} stepCount={stepCount} cancel={cancel} />
      </form>
      <div ref={results} className="function-page__results">
        <Outcome state={state} fields={fields} />
        <Results outputs={read.outputs} result={state.kind === "ended" ? state.result : null} />
      </div>
    </main>
  );
}

interface LimitsProps {
  runsLeft: number;
  expiresAt: string;
  /** Runs that were started since that was read. */
  startCount: number;
}

function LinkLimits({ runsLeft, expiresAt, startCount }: LimitsProps) {
  const left = Math.max(0, runsLeft - startCount);
  const end = new Date(expiresAt).toLocaleDateString("en", { dateStyle: "long" });
  if (left === 0) return <p className="muted">This link has no run left.</p>;
  return (
    <p className="muted">
      {left === 1 ? "One run is left" : `${left} runs are left`} with this link, until {end}.
    </p>
  );
}

const NO_PROBLEMS: readonly Problem[] = [];

function byInput(problems: readonly Problem[]): Record<string, string> {
  const named = problems.flatMap(({ input, message }) =>
    input ? [[input, message] as const] : [],
  );
  return Object.fromEntries(named.toReversed());
}

/** Brings the keyboard, and so the view, to the first field that is wrong. */
function focusFirst(fields: readonly FormField[], problems: Readonly<Record<string, string>>) {
  const first = fields.find(({ name }) => problems[name]);
  if (!first) return;
  const field = document.getElementById(rowId(first.name));
  const file = field?.closest(".media")?.querySelector<HTMLElement>("button, input[type=url]");
  (file ?? field)?.focus();
}

type ProgressProps = Extract<CallState, { kind: "active" }> & { stepCount: number };

function Progress({ progress, cancelling, stepCount }: ProgressProps) {
  const endedCount = progress?.endedCount ?? 0;
  return (
    <>
      <p role="status">{cancelling ? "Stopping …" : progressText(progress, stepCount)}</p>
      <progress aria-label="How far it is" max={stepCount} value={endedCount} />
    </>
  );
}

interface RunBarProps {
  state: CallState;
  stepCount: number;
  cancel: () => void;
}

/** Starts a call; while there is one, how far it is, and how to end it: by one button, which keeps the keyboard. */
function RunBar({ state, stepCount, cancel }: RunBarProps) {
  const call = state.kind === "active" ? state : null;
  const waits = call !== null && (call.cancelling || !call.progress);
  return (
    <div className="function-page__run">
      {call && <Progress {...call} stepCount={stepCount} />}
      <Button
        type={call ? "button" : "submit"}
        variant={call ? "plain" : "primary"}
        aria-disabled={waits}
        data-disabled={waits || undefined}
        // A double click on Run is no wish to cancel.
        onClick={(event) => call && event.detail < 2 && cancel()}
      >
        {call ? <Square aria-hidden /> : <Play aria-hidden />}
        {call ? "Cancel" : state.kind === "ended" ? "Run again" : "Run"}
      </Button>
    </div>
  );
}

interface OutcomeProps {
  state: CallState;
  fields: readonly FormField[];
}

/** What became of the call, or why there is none. */
function Outcome({ state, fields }: OutcomeProps) {
  if (state.kind === "refused") return <Refusal {...state} fields={fields} />;
  if (state.kind !== "ended") return null;
  const { status, error, demo } = state.result;
  const reasons = state.failures.length > 0 ? state.failures : [error?.message ?? ""];
  if (status === "COMPLETED") {
    return (
      <>
        <p role="status">Done.</p>
        {demo && (
          <p className="function-page__note">
            A small demo model wrote this: its answers are simple and often wrong. Whoever runs this
            Nodeloom can set the key of a real one.
          </p>
        )}
      </>
    );
  }
  return (
    <div className="function-page__failure" role="alert">
      <p>
        <strong>{status === "CANCELLED" ? "It was stopped." : "It did not work."}</strong>
      </p>
      {status !== "CANCELLED" && reasons.map((reason) => <p key={reason}>{reason}</p>)}
      <p className="muted">What you have typed is still there: change it, or run it again.</p>
    </div>
  );
}

function progressText(progress: CallProgress | null, stepCount: number): string {
  if (!progress) return "Starting …";
  if (!progress.connected) return "The connection is lost. It goes on meanwhile …";
  if (progress.status === "WAITING") return "It was paused, and goes on when that is over.";
  if (progress.status === "PENDING") return "Waits for its turn …";
  return `${Math.min(progress.endedCount, stepCount)} of ${stepCount} steps done`;
}

type RefusalProps = Extract<CallState, { kind: "refused" }> & Pick<OutcomeProps, "fields">;

function Refusal({ message, code, problems, fields }: RefusalProps) {
  const names = new Set(fields.map(({ name }) => name));
  const others = problems.filter(({ input }) => !input || !names.has(input));
  const beside = problems.length > others.length;
  return (
    <div className="function-page__failure" role="alert">
      <p>
        <strong>It did not start.</strong>
      </p>
      {beside ? <p>Some fields need another value: see what is said there.</p> : <p>{message}</p>}
      {others.length > 0 && (
        <ul>
          {others.map((problem) => (
            <li key={`${problem.code} ${problem.message}`}>{problem.message}</li>
          ))}
        </ul>
      )}
      {code === "function_not_found" && <p>Ask whoever gave you the address of this page.</p>}
    </div>
  );
}
