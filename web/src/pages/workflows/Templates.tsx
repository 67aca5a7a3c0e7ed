/** Workflows to begin with: an empty one, and the examples. */

import { Plus } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorMessage } from "../../api/client";
import { listTemplates } from "../../api/sdk";
import { LayoutThumbnail } from "../../ui/thumbnails/LayoutThumbnail";
import { queryClient } from "../../ui/lists/usePagedList";
import type { WorkflowActions } from "./useWorkflowActions";

/** All templates as buttons; each makes a workflow and opens it. */
export function Templates({ actions }: { actions: WorkflowActions }) {
  const { data, error } = useQuery(
    { queryKey: ["templates"], queryFn: () => listTemplates() },
    queryClient,
  );
  const [busy, setMaking] = useState(false);
  const start = (action: Promise<void>) => {
    setMaking(true);
    void action.finally(() => setMaking(false));
  };
  return (
    <>
      <ul className="templates" aria-busy={busy}>
        <li>
          <button
            type="button"
            className="template"
            disabled={busy}
            onClick={() => start(actions.create())}
          >
            <span className="template__image">
              <Plus aria-hidden />
            </span>
            <strong>Empty workflow</strong>
            <span className="muted">A canvas, and everything still possible.</span>
          </button>
        </li>
        {data?.items.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              className="template"
              data-template={template.id}
              disabled={busy}
              onClick={() => start(actions.createFrom(template.id))}
            >
              <span className="template__image">
                <LayoutThumbnail layout={template.layout} />
              </span>
              <strong>{template.name}</strong>
              <span className="muted">{template.description}</span>
            </button>
          </li>
        ))}
      </ul>
      {busy && <p role="status">Making it …</p>}
      {error && <p role="alert">{errorMessage(error)}</p>}
    </>
  );
}
