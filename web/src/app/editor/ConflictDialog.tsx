/** Somebody else saved: shows what each side did, and lets the user choose or merge. */

import type { Graph } from "../../graph/document";
import { formOf } from "../../graph/node-types/form";
import { type RecordChange, merge } from "../../graph/merge/merge";
import { nodeNames } from "../../graph/names";
import { nodesById, useDocument } from "../../stores/document";
import { useCatalogue, useServer } from "../../stores/server";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { GraphThumbnail } from "../../ui/thumbnails/GraphThumbnail";
import { editor } from "../../sync/editor";

export default function ConflictDialog() {
  const save = useServer((state) => state.save);
  const mine = useDocument((state) => state.graph);
  if (save.kind !== "conflict") return null;
  const {
    mine: myChanges,
    theirs: theirChanges,
    conflicts,
  } = merge(save.base, mine, save.theirs, "mine");
  return (
    <Dialog
      open
      wide
      closable={false}
      onClose={() => undefined}
      title="This workflow was changed in two places"
      description={
        conflicts.length
          ? `Both sides changed ${conflicts.length === 1 ? "one same thing" : `${conflicts.length} same things`}, so one of them has to win there. Whatever you choose can be undone.`
          : "The two changes do not touch each other and can be merged. Whatever you choose can be undone."
      }
      buttons={
        <>
          <Button onClick={() => editor.saver.resolveConflict("theirs")}>Take theirs</Button>
          <Button onClick={() => editor.saver.resolveConflict("mine")}>Keep mine</Button>
          {conflicts.length > 0 && (
            <Button onClick={() => editor.saver.resolveConflict({ merged: "mine" })}>
              Merge, mine wins
            </Button>
          )}
          {/* The safe choice: it overwrites nobody else's work, and undo has mine. */}
          <Button
            variant="primary"
            onClick={() => editor.saver.resolveConflict({ merged: "theirs" })}
          >
            {conflicts.length ? "Merge, theirs wins" : "Merge both"}
          </Button>
        </>
      }
    >
      <div className="conflict">
        <Side
          title="Mine, in this window"
          base={save.base}
          graph={mine}
          other={save.theirs}
          changes={myChanges}
          collisions={conflicts}
        />
        <Side
          title="Theirs, on the server"
          base={save.base}
          graph={save.theirs}
          other={mine}
          changes={theirChanges}
          collisions={conflicts}
        />
      </div>
    </Dialog>
  );
}

interface SideProps {
  title: string;
  base: Graph;
  graph: Graph;
  other: Graph;
  changes: readonly RecordChange[];
  collisions: readonly string[];
}

const MAX_LISTED = 6;

function Side({ title, base, graph, other, changes, collisions }: SideProps) {
  const changedIds = new Set(changes.map((change) => change.id));
  const nodes = changes.filter((change) => change.record !== "edge");
  const edges = changes.length - nodes.length;
  return (
    <section className="conflict__side" aria-label={title}>
      <h3>{title}</h3>
      <GraphThumbnail graph={graph} highlighted={changedIds} />
      <ul>
        {nodes.slice(0, MAX_LISTED).map((change) => (
          <li key={change.id}>
            <ChangeText change={change} graph={graph} other={other} />
            {collisions.includes(change.id) && <strong> – also changed on the other side</strong>}
            {change.change === "changed" && (
              <ChangedValues id={change.id} graph={graph} base={base} />
            )}
          </li>
        ))}
        {nodes.length > MAX_LISTED && <li>and {nodes.length - MAX_LISTED} more nodes</li>}
        {edges > 0 && <li>{edges === 1 ? "one connection" : `${edges} connections`} changed</li>}
      </ul>
    </section>
  );
}

/** What a changed node says now: the words by which people tell the two sides apart. */
function ChangedValues({ id, graph, base }: { id: string; graph: Graph; base: Graph }) {
  const { byId } = useCatalogue();
  const [node, before] = [nodesById(graph).get(id), nodesById(base).get(id)];
  const spec = node && byId.get(node.type);
  if (!node || !before || !spec) return null;
  const changed = formOf(spec)
    .flatMap((group) => group.fields)
    .map(({ name, title }) => ({ name, title, text: readableValue(node.data[name]) }))
    .filter(({ name, text }) => text !== null && text !== readableValue(before.data[name]));
  return changed.map(({ name, title, text }) => (
    <q key={name} className="conflict__value" title={title}>
      {truncated(text ?? "")}
    </q>
  ));
}

/** A text or a number as text; null for what cannot be read in a line. */
function readableValue(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

const MAX_VALUE_LENGTH = 120;

function truncated(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)} …` : text;
}

function ChangeText({
  change,
  graph,
  other,
}: {
  change: RecordChange;
  graph: Graph;
  other: Graph;
}) {
  const catalogue = useCatalogue();
  if (change.record === "name") return <>renamed to “{graph.name}”</>;
  const nameIn = ({ nodes }: Graph) => nodeNames(nodes, catalogue).get(change.id);
  return (
    <>
      “{nameIn(graph) ?? nameIn(other)}” {change.change}
    </>
  );
}
