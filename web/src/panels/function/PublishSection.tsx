/** The workflow as a published function: under which names, whether it is what is drawn, and what callers need. */

import {
  GitCompareArrows,
  Link2,
  SquareArrowOutUpRight,
  SquareTerminal,
  Undo2,
} from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { readVersion } from "../../api/graphs";
import { deleteFunction, listFunctions, readFunction } from "../../api/sdk";
import type { FunctionSummary } from "../../generated/api";
import { curlCall } from "../../graph/function/curl";
import { typedInputs } from "../../graph/function/declarations";

import { difference } from "../../graph/difference";
import { currentGraph, useDocument } from "../../stores/document";
import { useServer } from "../../stores/server";
import { notify } from "../../stores/session";
import { Button, buttonClass } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { Dialog } from "../../ui/Dialog";
import { formatRelativeTime } from "../../ui/format";
import { ListError } from "../../ui/lists/PagedList";
import { queryClient, usePagedList } from "../../ui/lists/usePagedList";
import { compare, notifyError } from "../preview/actions";
import { PublishButton, PublishForm } from "./PublishForm";
import { ShareDialog } from "./ShareDialog";

export function PublishSection({ workflowId }: { workflowId: number }) {
  const { items, failure, refresh } = usePagedList(["functions"], () => listFunctions());
  const published = items?.filter((each) => each.workflowId === workflowId) ?? [];
  const form = items && <PublishForm workflowId={workflowId} taken={items} published={refresh} />;
  return (
    <section aria-labelledby="function-published" className="function__published">
      <h3 id="function-published" className="function__title">
        Published
      </h3>
      <ListError text={failure} />
      {published.length === 0 && (
        <p className="row__hint">
          Under a name, this workflow is a form for colleagues and a function for programs. What
          they get is what you have published; saving changes nothing for them.
        </p>
      )}
      <ul className="function__list">
        {published.map((each) => (
          <PublishedEntry key={each.name} published={each} changed={refresh} />
        ))}
      </ul>
      {published.length === 0 ? (
        form
      ) : (
        <details className="function__details">
          <summary>Publish under another name</summary>
          {form}
        </details>
      )}
    </section>
  );
}

interface EntryProps {
  published: FunctionSummary;
  changed: () => Promise<unknown>;
}

function PublishedEntry({ published, changed }: EntryProps) {
  const { name, workflowId, revision, updatedAt } = published;
  const [removing, setRemoving] = useState(false);
  const [sharing, setSharing] = useState(false);
  const differs = useDiffers(published);
  const signedIn = useServer((state) => state.me?.auth === "clerk");
  const copyCall = () =>
    readFunction({ path: { functionName: name } })
      .then(({ url, example }) => {
        const values = { ...example, ...pick(typedInputs(currentGraph()), Object.keys(example)) };
        return copyText(curlCall(url, values, location.origin, signedIn));
      })
      .catch(notifyError);
  return (
    <li className="function__entry">
      <div className="function__head">
        <strong className="function__label">{name}</strong>
        <span className="function__actions muted">{formatRelativeTime(updatedAt)}</span>
      </div>
      {differs === false && <p className="row__hint">It is what is drawn.</p>}
      {differs && (
        <>
          <p className="function__differs">What is drawn differs from what is published.</p>
          <div className="function__tools">
            <PublishButton workflowId={workflowId} name={name} published={changed}>
              Publish what is drawn
            </PublishButton>
            <Button
              small
              onClick={() => void compare({ kind: "version", revision }, { kind: "now" })}
            >
              <GitCompareArrows aria-hidden /> Compare
            </Button>
          </div>
        </>
      )}
      <div className="function__tools">
        <a
          className={buttonClass("plain", true)}
          href={`/f/${name}`}
          target="_blank"
          rel="noopener"
        >
          <SquareArrowOutUpRight aria-hidden /> Open the form
        </a>
        <Button small onClick={() => setSharing(true)}>
          <Link2 aria-hidden /> Share
        </Button>
        <Button small onClick={() => void copyCall()}>
          <SquareTerminal aria-hidden /> Copy a call
        </Button>
        <Button small onClick={() => setRemoving(true)}>
          <Undo2 aria-hidden /> Take back
        </Button>
      </div>
      {sharing && <ShareDialog name={name} onClose={() => setSharing(false)} />}
      {removing && (
        <RemoveDialog name={name} changed={changed} onClose={() => setRemoving(false)} />
      )}
    </li>
  );
}

/** Whether what is drawn does not do what is published; null: not known yet. */
function useDiffers({ workflowId, versionId }: FunctionSummary): boolean | null {
  const graph = useDocument((state) => state.graph);
  const { data } = useQuery(
    {
      queryKey: ["published", workflowId, versionId],
      queryFn: () => readVersion(workflowId, versionId),
      staleTime: Infinity, // a version never changes
    },
    queryClient,
  );
  // What the workflow is called and where its nodes stand is nothing to callers.
  return data ? difference({ ...data.graph, name: graph.name }, graph).kind === "content" : null;
}

/** What the canvas has for these inputs: files, above all, that are there. */
function pick<T>(values: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

interface RemoveProps {
  name: string;
  changed: () => Promise<unknown>;
  onClose: () => void;
}

function RemoveDialog({ name, changed, onClose }: RemoveProps) {
  const remove = async () => {
    onClose();
    try {
      await deleteFunction({ path: { functionName: name } });
      notify(`“${name}” is no function any more.`, "success");
    } catch (error) {
      notifyError(error);
    }
    await changed();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Take “${name}” back?`}
      description="Its form and its share links are gone, and programs that call it are refused. The workflow and its runs stay; publishing it again under this name brings it back."
      buttons={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button variant="danger" onClick={() => void remove()}>
            Take it back
          </Button>
        </>
      }
    />
  );
}
