/** What became of files that were taken in: what was changed, and what is to be done. */

import { Link } from "wouter";
import { buttonClass } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { ImportOutcome } from "./importFiles";

interface ImportReportProps {
  outcomes: readonly ImportOutcome[];
  onClose: () => void;
}

export default function ImportReport({ outcomes, onClose }: ImportReportProps) {
  const done = outcomes.filter((outcome) => "made" in outcome).length;
  return (
    <Dialog
      open
      onClose={onClose}
      title={done === outcomes.length ? "Imported" : `${done} of ${outcomes.length} imported`}
      wide
    >
      <ul className="report">
        {outcomes.map((outcome, index) => (
          <li key={index} className="report__file">
            <FileReport outcome={outcome} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function FileReport({ outcome }: { outcome: ImportOutcome }) {
  if (!("made" in outcome)) {
    return (
      <>
        <strong>{outcome.file}</strong>
        <p className="report__failure">{outcome.failure}</p>
      </>
    );
  }
  const { workflow, notes, problems } = outcome.made;
  return (
    <>
      <div className="report__head">
        <strong>{workflow.name}</strong>
        <Link href={`/workflows/${workflow.id}`} className={buttonClass("primary", true)}>
          Open it
        </Link>
      </div>
      <Sentences title="What was left out or changed" sentences={notes} />
      <Sentences
        title="To be done before it can run"
        sentences={[...new Set(problems.map((problem) => problem.message))]}
      />
    </>
  );
}

const MAX_LISTED = 12;

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {sentences.slice(0, MAX_LISTED).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
        {sentences.length > MAX_LISTED && <li>and {sentences.length - MAX_LISTED} more</li>}
      </ul>
    </>
  );
}
