/** What the workflow was: looked at, named, pinned, restored. */

import "./versions.css";
import { Eye, GitCompareArrows, History, Pencil, Pin, Undo2 } from "lucide-react";
import { useState } from "react";
import { listVersions, markVersion } from "../../api/sdk";
import type { VersionMark, VersionRead } from "../../generated/api";
import { useView } from "../../stores/view";
import { useReadable } from "../../stores/names";
import { useServer } from "../../stores/server";
import { Button, IconButton } from "../../ui/Button";
import { formatRelativeTime } from "../../ui/format";
import {
  closePreview,
  compare,
  restoreWithNotice,
  showVersion,
  notifyError,
} from "../preview/actions";
import { ListError, LoadMore } from "../../ui/lists/PagedList";
import { usePagedList } from "../../ui/lists/usePagedList";
import { formatTime, formatCount } from "../runs/format";
import { formatOrigin } from "./format";

const PAGE_SIZE = 30;

export function VersionsPanel({ workflowId }: { workflowId: number }) {
  const [every, setEvery] = useState(false);
  const { items, hasMore, failure, refresh, loadMore } = useVersions(workflowId, every);
  return (
    <>
      <div className="panel__bar">
        <label className="check">
          <input
            type="checkbox"
            checked={every}
            onChange={(event) => setEvery(event.target.checked)}
          />
          Every single save
        </label>
      </div>
      <ListError text={failure} />
      <ol className="panel__list" aria-label="Versions">
        {items?.map((version) => (
          <li key={version.revision}>
            <VersionEntry version={version} workflowId={workflowId} changed={refresh} />
          </li>
        ))}
      </ol>
      <LoadMore of="versions" hasMore={hasMore} load={loadMore} />
      {items?.length === 1 && <FirstVersion />}
    </>
  );
}

/** The history; read again with each save. */
function useVersions(workflowId: number, every: boolean) {
  return usePagedList(
    ["versions", workflowId, every],
    (page) => listVersions({ path: { workflowId }, query: { ...page, limit: PAGE_SIZE, every } }),
    { refreshOn: useServer((state) => state.revision) },
  );
}

interface EntryProps {
  version: VersionRead;
  workflowId: number;
  changed: () => Promise<unknown>;
}

function VersionEntry({ version, workflowId, changed }: EntryProps) {
  const [renaming, setNaming] = useState(false);
  const { revision, label, pinned, current, changes } = version;
  const shown = useView(
    ({ versionPreview }) =>
      versionPreview?.runId === null && versionPreview.version === String(revision),
  );
  const updateMark = (body: VersionMark) => {
    const path = { workflowId, version: String(revision) };
    markVersion({ path, body }).then(changed, notifyError);
  };
  const summary = useReadable(changes.summary);
  const title = label ?? summary;
  return (
    <article className="version" aria-current={shown} data-revision={revision}>
      {renaming ? (
        <NameField
          name={label ?? ""}
          onDone={(name) => {
            setNaming(false);
            if (name !== (label ?? "")) updateMark({ label: name || null });
          }}
        />
      ) : (
        <h4 className="version__title">
          {title}
          {current && <span className="badge">Current</span>}
          {pinned && (
            <span className="badge badge--pin">
              <Pin aria-hidden /> Pinned
            </span>
          )}
        </h4>
      )}
      {label && <p>{summary}</p>}
      <p className="muted version__facts">
        <time dateTime={version.createdAt} title={formatTime(version.createdAt)}>
          {formatRelativeTime(version.createdAt)}
        </time>
        {` · ${formatOrigin(version)} · ${formatCount(version.nodeCount, "node")}`}
      </p>
      <div className="actions">
        <Tools version={version} title={title} shown={shown} />
        <span className="panel__end">
          <IconButton small label={`Name “${title}”`} onClick={() => setNaming(true)}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton
            small
            label={pinned ? `Unpin “${title}”` : `Pin “${title}”, so it is kept for ever`}
            aria-pressed={pinned}
            onClick={() => updateMark({ pinned: !pinned })}
          >
            <Pin aria-hidden />
          </IconButton>
        </span>
      </div>
    </article>
  );
}

function Tools({ version, title, shown }: { version: VersionRead; title: string; shown: boolean }) {
  if (version.current && !shown) return null;
  return (
    <>
      {shown ? (
        <Button small onClick={closePreview}>
          <History aria-hidden /> Back to now
        </Button>
      ) : (
        <Button small aria-label={`Look at “${title}”`} onClick={() => void showVersion(version)}>
          <Eye aria-hidden /> Look
        </Button>
      )}
      {!version.current && (
        <Button
          small
          aria-label={`Compare “${title}” with what is there now`}
          onClick={() =>
            void compare({ kind: "version", revision: version.revision }, { kind: "now" })
          }
        >
          <GitCompareArrows aria-hidden /> Compare
        </Button>
      )}
      {!version.current && (
        <Button
          small
          aria-label={`Restore “${title}”`}
          onClick={() => void restoreWithNotice(String(version.revision))}
        >
          <Undo2 aria-hidden /> Restore
        </Button>
      )}
    </>
  );
}

function NameField({ name, onDone }: { name: string; onDone: (name: string) => void }) {
  const [text, setText] = useState(name);
  return (
    <input
      className="field"
      aria-label="Name of the version"
      placeholder="Such as: sent to the customer"
      autoFocus
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onDone(text.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(text.trim());
        if (event.key === "Escape") onDone(name);
      }}
    />
  );
}

function FirstVersion() {
  return (
    <div className="panel__intro">
      <History aria-hidden />
      <h3>The history begins here</h3>
      <p className="muted">
        Whatever you change is saved by itself, and the state before it is kept. Name or pin a
        version to keep it for ever; look at one, or restore it, at any time.
      </p>
    </div>
  );
}
