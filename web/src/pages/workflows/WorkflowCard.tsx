/** A workflow in the list: what it looks like, how its last run went, what can be done with it. */

import { Copy, Ellipsis, FileDown, ImageDown, Pencil, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import type { WorkflowSummary } from "../../generated/api";
import { Button } from "../../ui/Button";
import { downloadWorkflow } from "../../ui/download";
import { LayoutThumbnail } from "../../ui/thumbnails/LayoutThumbnail";
import { type MenuEntries, SEPARATOR } from "../../ui/menu/entries";
import { Menu } from "../../ui/menu/Menu";
import { StatusBadge } from "../../ui/StatusBadge";
import { formatRelativeTime } from "../../ui/format";
import type { WorkflowActions } from "./useWorkflowActions";

export const NAME_LENGTH = 200;

interface WorkflowCardProps {
  workflow: WorkflowSummary;
  actions: WorkflowActions;
}

export function WorkflowCard({ workflow, actions }: WorkflowCardProps) {
  const [renaming, setRenaming] = useState(false);
  const { id, name, nodeCount, updatedAt, lastRun } = workflow;
  return (
    <li
      className="card"
      data-workflow={id}
      onKeyDown={(event) => {
        if (!(event.target as Element).matches(".card__name")) return;
        if (event.key === "F2") setRenaming(true);
        else if (event.key === "Delete") {
          focusSibling(event.currentTarget);
          void actions.remove(workflow);
        } else return;
        event.preventDefault();
      }}
    >
      <Thumbnail workflow={workflow} />
      <div className="card__foot">
        {renaming ? (
          <NameField
            name={name}
            onDone={(wanted) => {
              setRenaming(false);
              if (wanted) void actions.rename(workflow, wanted);
            }}
          />
        ) : (
          <Link href={`/workflows/${id}`} className="card__name" title={name}>
            {name}
          </Link>
        )}
        <CardMenu workflow={workflow} actions={actions} onRename={() => setRenaming(true)} />
        <p className="card__facts muted">
          {countOf(nodeCount)} ·{" "}
          <time dateTime={updatedAt}>saved {formatRelativeTime(updatedAt)}</time>
        </p>
        <p className="card__run muted">
          {lastRun ? (
            <>
              <StatusBadge status={lastRun.status} />
              <time dateTime={lastRun.createdAt}>{formatRelativeTime(lastRun.createdAt)}</time>
            </>
          ) : (
            "Not run yet"
          )}
        </p>
      </div>
    </li>
  );
}

/** A workflow that was deleted and can be brought back. */
export function DeletedWorkflowCard({ workflow, actions }: WorkflowCardProps) {
  const { id, name, nodeCount, deletedAt } = workflow;
  return (
    <li className="card card--deleted" data-workflow={id}>
      <Thumbnail workflow={workflow} />
      <div className="card__foot">
        <strong className="card__name">{name}</strong>
        <p className="card__facts muted">
          {countOf(nodeCount)} · deleted {deletedAt ? formatRelativeTime(deletedAt) : ""}
        </p>
        <Button
          small
          aria-label={`Bring back ${name}`}
          onClick={() => void actions.restore(workflow)}
        >
          <RotateCcw aria-hidden /> Bring back
        </Button>
      </div>
    </li>
  );
}

/** Gives the keyboard to a neighbour, before this card goes. */
function focusSibling(card: Element): void {
  const sibling = card.nextElementSibling ?? card.previousElementSibling;
  sibling?.querySelector<HTMLElement>(".card__name")?.focus();
}

function countOf(nodes: number): string {
  return nodes === 1 ? "1 node" : `${nodes} nodes`;
}

function Thumbnail({ workflow }: { workflow: WorkflowSummary }) {
  const { layout, thumbnails } = workflow.preview;
  return (
    <div className="card__image" aria-hidden="true">
      <LayoutThumbnail layout={layout} />
      {thumbnails.length > 0 && (
        <span className="card__thumbnails">
          {thumbnails.map((address) => (
            <img key={address} src={address} alt="" loading="lazy" width={52} height={52} />
          ))}
        </span>
      )}
    </div>
  );
}

function NameField({ name, onDone }: { name: string; onDone: (name: string | null) => void }) {
  return (
    <input
      className="field card__field"
      aria-label="Name of the workflow"
      defaultValue={name}
      maxLength={NAME_LENGTH}
      ref={(input) => input?.select()}
      onBlur={(event) => {
        const text = event.currentTarget.value.trim();
        onDone(text && text !== name ? text : null);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") onDone(null);
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}

function CardMenu({ workflow, actions, onRename }: WorkflowCardProps & { onRename: () => void }) {
  const { id, name } = workflow;
  const entries: MenuEntries = [
    { label: "Rename", icon: <Pencil aria-hidden />, keys: "F2", run: onRename },
    {
      label: "Duplicate",
      icon: <Copy aria-hidden />,
      run: () => void actions.duplicate(workflow),
    },
    SEPARATOR,
    {
      label: "Export",
      icon: <FileDown aria-hidden />,
      run: () => void downloadWorkflow(id, false),
    },
    {
      label: "Export with pictures and videos",
      icon: <ImageDown aria-hidden />,
      run: () => void downloadWorkflow(id, true),
    },
    SEPARATOR,
    {
      label: "Delete",
      icon: <Trash2 aria-hidden />,
      keys: "Del",
      danger: true,
      run: () => void actions.remove(workflow),
    },
  ];
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="button button--quiet button--small button--icon card__more"
          aria-label={`More for ${name}`}
        >
          <Ellipsis aria-hidden />
        </button>
      }
      entries={entries}
    />
  );
}
