/** The side panel: every node type, to search, click or drag. */

import { Search } from "lucide-react";
import { useState } from "react";
import { addNodeInView } from "../../editing/actions";
import { NODE_TYPE_FORMAT } from "../../canvas/useDropHandlers";
import { type NodeTypeSpec, searchNodeTypes } from "../../graph/node-types/catalogue";
import { kindStyle } from "../../nodes/kindStyle";
import { NodeTypeIcon } from "../../nodes/NodeTypeIcon";
import { useReadOnly } from "../../stores/document";
import { useCatalogue } from "../../stores/server";
import { isNarrow, setMinimapPlace, useSession } from "../../stores/session";

export function NodeTypeList() {
  const open = useSession((state) => state.nodeListOpen);
  const readOnly = useReadOnly();
  const [search, setSearch] = useState("");
  const { types, categories } = useCatalogue();
  if (!open || readOnly) return null;
  const found = searchNodeTypes(types, search);
  return (
    <aside className="side" aria-label="Nodes">
      <div className="side__types">
        <div className="side__search">
          <Search aria-hidden />
          <input
            className="field"
            type="search"
            aria-label="Search nodes"
            placeholder="Search nodes"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && found[0] && addNodeInView(found[0])}
          />
        </div>
        {categories.map((category) => (
          <CategorySection
            key={category.id}
            title={category.title}
            types={found.filter((spec) => spec.category === category.id)}
          />
        ))}
        {found.length === 0 && <p className="side__empty muted">No node is called that.</p>}
        <p className="side__hint muted">
          Click to add, or drag onto the canvas. Files can be dropped there, too.
        </p>
      </div>
      <div className="side__map" ref={setMinimapPlace} />
    </aside>
  );
}

function CategorySection({ title, types }: { title: string; types: readonly NodeTypeSpec[] }) {
  if (types.length === 0) return null;
  return (
    <section className="node-category">
      <h2 className="node-category__title">{title}</h2>
      {types.map((spec) => (
        <NodeTypeButton key={spec.id} spec={spec} />
      ))}
    </section>
  );
}

function NodeTypeButton({ spec }: { spec: NodeTypeSpec }) {
  const catalogue = useCatalogue();
  return (
    <button
      type="button"
      className="node-category__type"
      style={kindStyle(catalogue, spec.output)}
      draggable
      data-type={spec.id}
      title={spec.description}
      onClick={() => {
        if (isNarrow()) useSession.setState({ nodeListOpen: false });
        addNodeInView(spec);
      }}
      onDragStart={(event) => {
        event.dataTransfer.setData(NODE_TYPE_FORMAT, spec.id);
        event.dataTransfer.effectAllowed = "copy";
      }}
    >
      <span className="node-category__icon">
        <NodeTypeIcon spec={spec} />
      </span>
      <span>
        <strong>{spec.title}</strong>
        <small>{firstSentence(spec.description)}</small>
      </span>
    </button>
  );
}

function firstSentence(text: string): string {
  return text.split(/[.:;](?:\s|$)/)[0] ?? text;
}
