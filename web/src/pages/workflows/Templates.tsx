/** Workflows to begin with: an empty one, and the examples. */

import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { sentenceOf } from "../../api/client";
import { listTemplates, type TemplateRead } from "../../api/templates";
import { Dialog } from "../../ui/Dialog";
import { LayoutDrawing } from "../../ui/thumbnails/LayoutThumbnail";
import type { Deeds } from "./useWorkflowActions";

export function TemplatesDialog({
  open,
  onClose,
  deeds,
}: {
  open: boolean;
  onClose: () => void;
  deeds: Deeds;
}) {
  return (
    <Dialog open={open} onClose={onClose} title="Begin with" wide>
      {open && <Templates deeds={deeds} />}
    </Dialog>
  );
}

/** All templates as buttons; each makes a workflow and opens it. */
export function Templates({ deeds }: { deeds: Deeds }) {
  const [templates, setTemplates] = useState<readonly TemplateRead[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  useEffect(() => {
    listTemplates().then(setTemplates, (error: unknown) => setFailure(sentenceOf(error)));
  }, []);
  const make = (deed: Promise<void>) => {
    setMaking(true);
    void deed.finally(() => setMaking(false));
  };
  return (
    <>
      <ul className="templates" aria-busy={making}>
        <li>
          <button
            type="button"
            className="template"
            disabled={making}
            onClick={() => make(deeds.create())}
          >
            <span className="template__picture">
              <Plus aria-hidden />
            </span>
            <strong>Empty workflow</strong>
            <span className="muted">A canvas, and everything still possible.</span>
          </button>
        </li>
        {templates.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              className="template"
              data-template={template.id}
              disabled={making}
              onClick={() => make(deeds.createFrom(template.id))}
            >
              <span className="template__picture">
                <LayoutDrawing layout={template.layout} />
              </span>
              <strong>{template.name}</strong>
              <span className="muted">{template.description}</span>
            </button>
          </li>
        ))}
      </ul>
      {making && <p role="status">Making it …</p>}
      {failure && <p role="alert">{failure}</p>}
    </>
  );
}
