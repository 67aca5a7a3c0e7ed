/** What became of files that were taken in: what was changed, and what is to be done. */

import { Link } from "wouter";
import type { Problem } from "../../../generated/api";
import { useCatalogue } from "../../../stores/server";
import { buttonClass } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import type { ImportOutcome } from "./importFiles";
import { problemsByPlace } from "./problemPlaces";

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
        <Problems
          title="What is wrong with it"
          problems={outcome.problems}
          document={outcome.document}
        />
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
      {notes.length > 0 && (
        <>
          <h3>What was left out or changed</h3>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      <Problems title="To be done before it can run" problems={problems} document={workflow} />
    </>
  );
}

interface ProblemsProps {
  title: string;
  problems: readonly Problem[];
  /** The graph as it came, which names the places. */
  document: unknown;
}

function Problems({ title, problems, document }: ProblemsProps) {
  const catalogue = useCatalogue();
  if (problems.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <dl className="report__problems">
        {problemsByPlace(problems, document, catalogue).map(({ place, messages }) => (
          <div key={place}>
            <dt>{place}</dt>
            {messages.map((message) => (
              <dd key={message}>{message}</dd>
            ))}
          </div>
        ))}
      </dl>
    </>
  );
}
