/** Says that the canvas shows something old, which cannot be changed, and leads back. */

import "./preview.css";
import { GitCompareArrows, History, Undo2 } from "lucide-react";
import { type VersionPreview, useView } from "../../stores/view";
import { Button } from "../../ui/Button";
import { formatRelativeTime } from "../../ui/format";
import { formatTime } from "../runs/format";
import { closePreview, restoreWithNotice } from "./actions";

export default function PreviewBanner() {
  const preview = useView((state) => state.versionPreview);
  const comparison = useView((state) => state.comparison);
  if (comparison) return <ComparisonBanner />;
  if (!preview) return null;
  const { savedAt, version } = preview;
  return (
    <section className="preview-banner" aria-label="An older version" role="status">
      <History aria-hidden />
      <p className="preview-banner__text">
        <strong>{titleOf(preview)}</strong>
        <span>{formatRelativeTime(savedAt)}, to look at only</span>
      </p>
      <Button small onClick={() => void restoreWithNotice(version)}>
        <Undo2 aria-hidden /> Restore this version
      </Button>
      <Button small variant="primary" onClick={closePreview}>
        Back to now
      </Button>
    </section>
  );
}

function ComparisonBanner() {
  return (
    <section className="preview-banner" aria-label="A comparison" role="status">
      <GitCompareArrows aria-hidden />
      <p className="preview-banner__text">
        <strong>Before and after, together</strong>
        <span>What is new, changed or removed is marked; to look at only</span>
      </p>
      <Button small variant="primary" onClick={closePreview}>
        Back to now
      </Button>
    </section>
  );
}

function titleOf({ runId, label, savedAt }: VersionPreview): string {
  if (runId) return `As it was in the run of ${formatTime(savedAt)}`;
  return label ? `As it was: ${label}` : `As it was at ${formatTime(savedAt)}`;
}
