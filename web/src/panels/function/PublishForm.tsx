/** Publishes what is drawn under a name; what is in the way of that, or of callers, is said first. */

import { Share2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ApiError } from "../../api/client";
import { publishFunction } from "../../api/sdk";
import type { FunctionSummary, Problem } from "../../generated/api";
import { freeName, isDeclaredName } from "../../graph/function/declarations";
import { useDocument } from "../../stores/document";
import { useReadable } from "../../stores/names";
import { useServer } from "../../stores/server";
import { notify } from "../../stores/session";
import { editor } from "../../sync/editor";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { notifyError } from "../preview/actions";
import { Field } from "../schedules/fields";

interface PublishFormProps {
  workflowId: number;
  /** All functions of the user. */
  taken: readonly FunctionSummary[];
  published: () => Promise<unknown>;
}

export function PublishForm({ workflowId, taken, published }: PublishFormProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const title = useDocument((state) => state.graph.name);
  const name = typed ?? freeName(title, taken, "workflow");
  const valid = isDeclaredName(name);
  const done = () => {
    setTyped(null);
    return published();
  };
  return (
    <div className="function__publish">
      <Field
        label="Name of the function"
        className="field function__name"
        maxLength={63}
        spellCheck={false}
        aria-invalid={!valid}
        value={name}
        set={setTyped}
      >
        {!valid && (
          <span className="row__error">
            Lower-case letters, digits and underscores; a letter first.
          </span>
        )}
      </Field>
      <PublishButton workflowId={workflowId} name={name} disabled={!valid} published={done}>
        Publish
      </PublishButton>
    </div>
  );
}

interface PublishButtonProps {
  workflowId: number;
  name: string;
  disabled?: boolean;
  published: () => Promise<unknown>;
  children: ReactNode;
}

/** Why it was not published. */
interface Refusal {
  message: string;
  problems: readonly Problem[];
  /** Whether it can be published all the same. */
  breaksCallers: boolean;
}

export function PublishButton(props: PublishButtonProps) {
  const { workflowId, name, disabled = false, published, children } = props;
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const publish = async (force: boolean) => {
    setBusy(true);
    setRefusal(null);
    try {
      await saveAll();
      await publishFunction({ path: { workflowId }, body: { name, force } });
      notify(`Published as “${name}”.`, "success");
      await published();
    } catch (error) {
      if (error instanceof ApiError && error.problems.length > 0) setRefusal(refusalOf(error));
      else notifyError(error);
    }
    setBusy(false);
  };
  return (
    <>
      <Button
        small
        variant="primary"
        disabled={disabled || busy}
        onClick={() => void publish(false)}
      >
        <Share2 aria-hidden /> {children}
      </Button>
      {refusal && (
        <RefusalDialog
          name={name}
          refusal={refusal}
          onClose={() => setRefusal(null)}
          onForce={() => void publish(true)}
        />
      )}
    </>
  );
}

/** What is published is what the server has. */
async function saveAll(): Promise<void> {
  await editor.saver.flush();
  const { save } = useServer.getState();
  if (save.kind === "saved") return;
  throw new Error(
    "What is drawn is not saved yet, so it was not published: see the sign at the top.",
  );
}

function refusalOf({ message, problems, code }: ApiError): Refusal {
  return { message, problems, breaksCallers: code === "function_breaks_callers" };
}

interface RefusalDialogProps {
  name: string;
  refusal: Refusal;
  onClose: () => void;
  onForce: () => void;
}

function RefusalDialog({ name, refusal, onClose, onForce }: RefusalDialogProps) {
  const { breaksCallers, problems, message } = refusal;
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        breaksCallers ? `Those who call “${name}” would be broken` : "It cannot be published yet"
      }
      description={breaksCallers ? "Nothing was published." : message}
      buttons={
        breaksCallers ? (
          <>
            <Button variant="danger" onClick={onForce}>
              Publish anyway
            </Button>
            <Button variant="primary" onClick={onClose}>
              Change it first
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        )
      }
    >
      <ul className="function__problems">
        {problems.map((problem) => (
          <ProblemEntry key={`${problem.code} ${problem.message}`} problem={problem} />
        ))}
      </ul>
    </Dialog>
  );
}

function ProblemEntry({ problem: { input, message } }: { problem: Problem }) {
  const text = useReadable(message);
  return (
    <li>
      {input && <code>{input}</code>} {text}
    </li>
  );
}
