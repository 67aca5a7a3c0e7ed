/** A node in a list of a panel: a line that opens, and what stands below it then. */

import { ChevronRight, LocateFixed } from "lucide-react";
import type { ReactNode } from "react";
import { kindStyle } from "../../nodes/kindStyle";
import { NodeTypeIcon } from "../../nodes/NodeTypeIcon";
import { useCatalogue } from "../../stores/server";
import { select } from "../../stores/session";
import { editor } from "../../sync/editor";
import { IconButton } from "../../ui/Button";

export interface EntryState {
  /** What people call the node. */
  name: string;
  open: boolean;
  setOpen: (open: boolean) => void;
}

interface NodeEntryProps extends EntryState {
  nodeId: string;
  nodeType: string;
  /** What the line says beside the name. */
  facts: ReactNode;
  /** Whether the node is on the canvas, so that one can go there. */
  there: boolean;
  /** What stands below the line, when it is open. */
  children: ReactNode;
}

export function NodeEntry(props: NodeEntryProps) {
  const { nodeId, nodeType, name, open, setOpen, facts, there, children } = props;
  const catalogue = useCatalogue();
  const spec = catalogue.byId.get(nodeType);
  return (
    <section className="entry" style={kindStyle(catalogue, spec?.output)} data-node={nodeId}>
      <div className="entry__head">
        <button
          type="button"
          className="entry__toggle"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight aria-hidden className="entry__chevron" />
          <span className="entry__icon">{spec && <NodeTypeIcon spec={spec} />}</span>
          <span className="entry__label">{name}</span>
          {facts}
        </button>
        {there && (
          <IconButton small label={`Go to ${name}`} onClick={() => goTo(nodeId)}>
            <LocateFixed aria-hidden />
          </IconButton>
        )}
      </div>
      {open && children}
    </section>
  );
}

export function EntrySection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="value-section" role="group" aria-label={title}>
      <h5 className="value-section__title">{title}</h5>
      {children}
    </div>
  );
}

function goTo(nodeId: string): void {
  select([nodeId]);
  editor.view.focusNode(nodeId);
}
