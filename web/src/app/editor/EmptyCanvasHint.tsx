/** What to do with an empty canvas. */

import { useDocument } from "../../stores/document";

export function EmptyCanvasHint() {
  const empty = useDocument((state) => state.graph.nodes.length === 0 && !state.stashed);
  if (!empty) return null;
  return (
    <div className="empty-hint">
      <h2>An empty canvas</h2>
      <p>Drag a node from the left, drop a picture or a video here, or double-click.</p>
      <p className="muted">
        Then drag from the dot at the right of a node to a dot at the left of another, and press
        Run.
      </p>
    </div>
  );
}
