/** Workflows to begin with: an empty one, and the examples by what they are for. */

import { Plus } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { errorMessage } from "../../api/client";
import { listTemplates } from "../../api/sdk";
import type { TemplateRead } from "../../generated/api";
import { LayoutThumbnail } from "../../ui/thumbnails/LayoutThumbnail";
import { queryClient } from "../../ui/lists/usePagedList";
import { templateImage } from "./templateImages";
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
  const items = data?.items ?? [];
  const purposes = [...new Set(items.map(({ purpose }) => purpose))];
  return (
    <div className="gallery-of-templates" aria-busy={busy}>
      <button
        type="button"
        className="template template--empty"
        disabled={busy}
        onClick={() => start(actions.create())}
      >
        <Plus aria-hidden />
        <strong>Empty workflow</strong>
        <span className="muted">A canvas, and everything still possible.</span>
      </button>
      {purposes.map((purpose) => (
        <Purpose key={purpose} title={purpose}>
          {ofPurpose(items, purpose).map((template) => (
            <li key={template.id}>
              <button
                type="button"
                className="template"
                data-template={template.id}
                disabled={busy}
                onClick={() => start(actions.createFrom(template.id))}
              >
                <TemplateCard template={template} />
              </button>
            </li>
          ))}
        </Purpose>
      ))}
      {data?.costNote && <p className="muted">{data.costNote}</p>}
      {busy && <p role="status">Making it …</p>}
      {error && <p role="alert">{errorMessage(error)}</p>}
    </div>
  );
}

function ofPurpose(items: readonly TemplateRead[], purpose: string): TemplateRead[] {
  return items.filter((each) => each.purpose === purpose);
}

function Purpose({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ul className="templates">{children}</ul>
    </section>
  );
}

function TemplateCard({ template }: { template: TemplateRead }) {
  const { name, description, inputs, outputs, cost, layout } = template;
  const image = templateImage(template.id);
  return (
    <>
      <span className="template__image">
        {image ? (
          <img src={image} alt="" loading="lazy" width={480} height={240} />
        ) : (
          <LayoutThumbnail layout={layout} />
        )}
      </span>
      <strong>{name}</strong>
      <span>{description}</span>
      <span className="template__fact muted">
        {listed(inputs)} → {listed(outputs)}
      </span>
      <span className="template__fact muted">{cost}</span>
    </>
  );
}

const MAX_LISTED = 4;

function listed(titles: readonly string[]): string {
  return titles.length > MAX_LISTED ? `${titles.length} results` : titles.join(", ");
}
