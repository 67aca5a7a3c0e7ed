/** API keys of the user: made for programs, shown once, taken back. */

import "../new-item.css";
import "./api-keys.css";
import { KeyRound, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { errorMessage } from "../../api/client";
import { deleteApiKey, listApiKeys } from "../../api/sdk";
import type { ApiKeyMade, ApiKeyRead } from "../../generated/api";
import { notify } from "../../stores/session";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { LoadMore } from "../../ui/lists/PagedList";
import { PageHeader } from "../../ui/header/PageHeader";
import { formatRelativeTime } from "../../ui/format";
import { usePagedList } from "../../ui/lists/usePagedList";
import { NewKeyForm } from "./NewKeyForm";
import { KeySecretDialog } from "./KeySecretDialog";

/** What the server gives at once at most. */
const MAX_PAGE = 100;

export default function ApiKeysPage() {
  const keys = usePagedList(["api-keys"], (page) =>
    listApiKeys({ query: { ...page, limit: MAX_PAGE } }),
  );
  const [made, setMade] = useState<ApiKeyMade | null>(null);
  const [ending, setEnding] = useState<ApiKeyRead | null>(null);
  useEffect(() => {
    document.title = "API keys – Nodeloom";
  }, []);
  return (
    <>
      <PageHeader />
      <main className="page">
        <h1>API keys</h1>
        <p className="muted">
          Programs use a key to act for you: <code>Authorization: Bearer nlk_…</code>, or{" "}
          <code>NODELOOM_API_KEY</code> for the command line. Give each program its own.
        </p>
        <NewKeyForm
          onMade={(key) => {
            setMade(key);
            void keys.refresh();
          }}
        />
        {keys.failure && <p role="alert">{keys.failure}</p>}
        {keys.items && <KeyTable keys={keys.items} onEnd={setEnding} />}
        <LoadMore of="keys" hasMore={keys.hasMore} load={keys.loadMore} />
      </main>
      <KeySecretDialog made={made} onClose={() => setMade(null)} />
      <DeleteKeyDialog ending={ending} onClose={() => setEnding(null)} ended={keys.refresh} />
    </>
  );
}

interface KeyTableProps {
  keys: readonly ApiKeyRead[];
  onEnd: (key: ApiKeyRead) => void;
}

function KeyTable({ keys, onEnd }: KeyTableProps) {
  if (keys.length === 0) {
    return (
      <p className="keys__empty muted">
        <KeyRound aria-hidden /> There is no key. On this page you make one for a script, for CI or
        for another computer.
      </p>
    );
  }
  return (
    <div className="keys__scroll" role="region" aria-label="Your keys" tabIndex={0}>
      <table className="keys">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">For</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span className="visually-hidden">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <th scope="row">
                {key.name} <code className="muted">nlk_…{key.hint}</code>
              </th>
              <td>
                {key.scopes.join(", ")}
                {key.functions && <> of {key.functions.join(", ")}</>}
              </td>
              <td>{key.lastUsedAt ? formatRelativeTime(key.lastUsedAt) : "never"}</td>
              <td>{formatExpiry(key)}</td>
              <td>
                <Button small aria-label={`Delete ${key.name}`} onClick={() => onEnd(key)}>
                  <Trash2 aria-hidden /> Delete
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function formatExpiry({ expiresAt }: ApiKeyRead): string {
  if (!expiresAt) return "never";
  const day = new Date(expiresAt).toLocaleDateString("en", { dateStyle: "medium" });
  return Date.parse(expiresAt) < Date.now() ? `ended ${day}` : day;
}

interface DeleteKeyDialogProps {
  ending: ApiKeyRead | null;
  onClose: () => void;
  ended: () => Promise<unknown>;
}

function DeleteKeyDialog({ ending, onClose, ended }: DeleteKeyDialogProps) {
  if (!ending) return null;
  const end = async () => {
    onClose();
    try {
      await deleteApiKey({ path: { keyId: ending.id } });
      notify(`The key “${ending.name}” is deleted.`, "success");
    } catch (error) {
      notify(errorMessage(error), "error");
    }
    await ended();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete the key “${ending.name}”?`}
      description="Programs that use it are refused from now on. This cannot be undone."
      buttons={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button variant="danger" onClick={() => void end()}>
            Delete the key
          </Button>
        </>
      }
    />
  );
}
