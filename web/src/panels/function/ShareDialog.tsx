/** Share links of a function: made, with the address this one time, listed and revoked. */

import { Copy, Link2, Link2Off } from "lucide-react";
import { type SyntheticEvent, useState } from "react";
import { createFunctionLink, listFunctionLinks, revokeFunctionLink } from "../../api/sdk";
import type { FunctionLinkMade, FunctionLinkRead } from "../../generated/api";
import { Button } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { Dialog } from "../../ui/Dialog";
import { formatRelativeTime } from "../../ui/format";
import { ListError } from "../../ui/lists/PagedList";
import { usePagedList } from "../../ui/lists/usePagedList";
import { notifyError } from "../preview/actions";
import { Field, SelectField } from "../schedules/fields";

const DAY_MS = 86_400_000;
const LIVES = {
  "1": "in a day",
  "7": "in a week",
  "30": "in 30 days",
  "90": "in 90 days",
  "365": "in a year",
} as const;
type Life = keyof typeof LIVES;
const MAX_RUNS = 10_000;
const STATUSES: Record<FunctionLinkRead["status"], string> = {
  active: "",
  expired: "Its time is over.",
  used_up: "It has no run left.",
  revoked: "It was revoked.",
};

export function ShareDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [made, setMade] = useState<FunctionLinkMade | null>(null);
  const path = { functionName: name };
  const { items, failure, refresh } = usePagedList(["links", name], () =>
    listFunctionLinks({ path }),
  );
  const revoke = async ({ id }: FunctionLinkRead) => {
    await revokeFunctionLink({ path: { ...path, linkId: id } }).catch(notifyError);
    if (made?.id === id) setMade(null);
    await refresh();
  };
  const madeNow = (link: FunctionLinkMade) => {
    setMade(link);
    void refresh();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Share “${name}”`}
      description="Whoever has a link uses the form without an account. They see what it asks for and what it gives, and nothing else; what they run counts as yours."
    >
      {made ? (
        <MadeLink made={made} onAnother={() => setMade(null)} />
      ) : (
        <LinkForm name={name} onMade={madeNow} />
      )}
      <ListError text={failure} />
      {items !== null && items.length > 0 && (
        <ul className="function__links" aria-label="Links">
          {items.map((link) => (
            <LinkEntry key={link.id} link={link} revoke={() => void revoke(link)} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

interface LinkFormProps {
  name: string;
  onMade: (link: FunctionLinkMade) => void;
}

function LinkForm({ name, onMade }: LinkFormProps) {
  const [title, setTitle] = useState("");
  const [life, setLife] = useState<Life>("30");
  const [runs, setRuns] = useState("20");
  const [busy, setBusy] = useState(false);
  const maxRuns = Number(runs);
  const valid = Number.isInteger(maxRuns) && maxRuns >= 1 && maxRuns <= MAX_RUNS;
  const make = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    const expiresAt = new Date(Date.now() + Number(life) * DAY_MS).toISOString();
    const body = { title: title.trim(), expiresAt, maxRuns };
    await createFunctionLink({ path: { functionName: name }, body }).then(onMade, notifyError);
    setBusy(false);
  };
  return (
    <form
      className="function__share"
      aria-label="A new link"
      onSubmit={(event) => void make(event)}
    >
      <Field
        label="For whom"
        placeholder="The shop in Kyoto"
        maxLength={100}
        value={title}
        set={setTitle}
      />
      <div className="function__share-limits">
        <SelectField label="It ends" value={life} choices={LIVES} set={setLife} />
        <Field
          label="Runs at most"
          inputMode="numeric"
          aria-invalid={!valid}
          value={runs}
          set={setRuns}
        />
      </div>
      {!valid && <p className="row__error">Runs are a whole number from 1 to 10,000.</p>}
      <Button type="submit" variant="primary" disabled={busy || !valid || !title.trim()}>
        <Link2 aria-hidden /> Make a link
      </Button>
    </form>
  );
}

function MadeLink({ made, onAnother }: { made: FunctionLinkMade; onAnother: () => void }) {
  const address = `${location.origin}${made.url}`;
  return (
    <div className="function__share" role="group" aria-label={`The link for ${made.title}`}>
      <p>
        <strong>The link for {made.title}.</strong> Copy it now: it is shown this one time.
      </p>
      <input
        className="field function__address"
        aria-label="Address of the link"
        readOnly
        value={address}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div className="function__tools">
        <Button variant="primary" autoFocus onClick={() => void copyText(address)}>
          <Copy aria-hidden /> Copy the link
        </Button>
        <Button onClick={onAnother}>Make another one</Button>
      </div>
    </div>
  );
}

function LinkEntry({ link, revoke }: { link: FunctionLinkRead; revoke: () => void }) {
  const { title, status, runCount, maxRuns, expiresAt, lastUsedAt } = link;
  const [asked, setAsked] = useState(false);
  const used = lastUsedAt ? `Last used ${formatRelativeTime(lastUsedAt)}.` : "Not used yet.";
  return (
    <li className="function__link" data-status={status}>
      <div className="function__link-text">
        <strong>{title}</strong>
        <span className="muted">
          {runCount} of {maxRuns} runs.{" "}
          {STATUSES[status] || `It ends ${formatRelativeTime(expiresAt)}.`} {used}
        </span>
      </div>
      {status !== "revoked" && (
        <Button
          small
          variant={asked ? "danger" : "plain"}
          aria-label={
            asked ? `Revoke the link for ${title} for good` : `Revoke the link for ${title}`
          }
          onBlur={() => setAsked(false)}
          onClick={() => (asked ? revoke() : setAsked(true))}
        >
          <Link2Off aria-hidden /> {asked ? "Revoke for good" : "Revoke"}
        </Button>
      )}
    </li>
  );
}
