/** Somebody else saved: shows what each side did, and lets the user choose or merge. */

import type { Graph } from "../../graph/document";
import { formOf } from "../../graph/node-types/form";
import { labelOf } from "../../graph/document";
import { type Deed, merge } from "../../graph/merge";
import { nodesById, useDocument } from "../../stores/document";
import { useCatalogue, useServer } from "../../stores/server";
import { resolveConflict } from "../../sync/save";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Sketch } from "../../ui/thumbnails/GraphThumbnail";

export default function Conflict() {
  const save = useServer((state) => state.save);
  const mine = useDocument((state) => state.graph);
  if (save.kind !== "conflict") return null;
  const { mine: byMe, theirs: byThem, collisions } = merge(save.base, mine, save.theirs, "mine");
  return (
    <Dialog
      open
      wide
      closable={false}
      onClose={() => undefined}
      title="This workflow was changed in two places"
      description={
        collisions.length
          ? `Both sides changed ${collisions.length === 1 ? "one same thing" : `${collisions.length} same things`}, so one of them has to win there. Whatever you choose can be undone.`
          : "The two changes do not touch each other and can be merged. Whatever you choose can be undone."
      }
      buttons={
        <>
          <Button onClick={() => resolveConflict("theirs")}>Take theirs</Button>
          <Button onClick={() => resolveConflict("mine")}>Keep mine</Button>
          {collisions.length > 0 && (
            <Button onClick={() => resolveConflict({ merged: "theirs" })}>
              Merge, theirs wins
            </Button>
          )}
          <Button look="primary" onClick={() => resolveConflict({ merged: "mine" })}>
            {collisions.length ? "Merge, mine wins" : "Merge both"}
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
          deeds={byMe}
          collisions={collisions}
        />
        <Side
          title="Theirs, on the server"
          base={save.base}
          graph={save.theirs}
          other={mine}
          deeds={byThem}
          collisions={collisions}
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
  deeds: readonly Deed[];
  collisions: readonly string[];
}

const MOST = 6;

function Side({ title, base, graph, other, deeds, collisions }: SideProps) {
  const touched = new Set(deeds.map((deed) => deed.id));
  const nodes = deeds.filter((deed) => deed.what !== "edge");
  const edges = deeds.length - nodes.length;
  return (
    <section className="conflict__side" aria-label={title}>
      <h3>{title}</h3>
      <Sketch graph={graph} marked={touched} />
      <ul>
        {nodes.slice(0, MOST).map((deed) => (
          <li key={deed.id}>
            <DeedText deed={deed} graph={graph} other={other} />
            {collisions.includes(deed.id) && <strong> – also changed on the other side</strong>}
            {deed.did === "changed" && <Values id={deed.id} graph={graph} base={base} />}
          </li>
        ))}
        {nodes.length > MOST && <li>and {nodes.length - MOST} more nodes</li>}
        {edges > 0 && <li>{edges === 1 ? "one connection" : `${edges} connections`} changed</li>}
      </ul>
    </section>
  );
}

/** What a changed node says now: the words by which people tell the two sides apart. */
function Values({ id, graph, base }: { id: string; graph: Graph; base: Graph }) {
  const { byId } = useCatalogue();
  const [node, was] = [nodesById(graph).get(id), nodesById(base).get(id)];
  const spec = node && byId.get(node.type);
  if (!node || !was || !spec) return null;
  const changed = formOf(spec)
    .flatMap((group) => group.fields)
    .map(({ name, title }) => ({ name, title, text: plain(node.data[name]) }))
    .filter(({ name, text }) => text !== null && text !== plain(was.data[name]));
  return changed.map(({ name, title, text }) => (
    <q key={name} className="conflict__value" title={title}>
      {clipped(text ?? "")}
    </q>
  ));
}

/** A text or a number as text; null for what cannot be read in a line. */
function plain(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

const LONGEST = 120;

function clipped(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

function DeedText({ deed, graph, other }: { deed: Deed; graph: Graph; other: Graph }) {
  const { byId } = useCatalogue();
  if (deed.what === "name") return <>renamed to “{graph.name}”</>;
  const node = nodesById(graph).get(deed.id) ?? nodesById(other).get(deed.id);
  const label = node ? labelOf(node, byId.get(node.type)?.title) : deed.id;
  return (
    <>
      “{label}” {deed.did}
    </>
  );
}
