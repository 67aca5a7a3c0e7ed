/** Commands that run something. */

import { isTerminal } from "../../api/status";
import { isReadOnly } from "../../stores/document";
import { useRuns } from "../../stores/runs";
import { useSession } from "../../stores/session";
import { withSection } from "./command";
import { openRunPreview } from "../editor/openRunPreview";
import { editor } from "../../sync/editor";

const selected = () => useSession.getState().selectedNodes;

export const RUN_COMMANDS = withSection("Run", [
  {
    id: "run-all",
    title: "Run what changed",
    keys: ["Mod+Enter"],
    run: () => void editor.starter.start({ kind: "all" }),
  },
  {
    id: "run-anew",
    title: "Run everything anew",
    run: () => void editor.starter.start({ kind: "all" }, "never"),
  },
  {
    id: "run-selection",
    title: "Run the selection",
    keys: ["Mod+Shift+Enter"],
    enabled: () => selected().size > 0,
    run: () => void editor.starter.start({ kind: "nodes", nodeIds: [...selected()] }),
  },
  {
    id: "run-from",
    title: "Run from the selected node on",
    enabled: () => onlySelected() !== null,
    run: () => void editor.starter.start({ kind: "from", nodeId: onlySelected() ?? "" }),
  },
  {
    id: "run-until",
    title: "Run up to the selected node",
    enabled: () => onlySelected() !== null,
    run: () => void editor.starter.start({ kind: "until", nodeId: onlySelected() ?? "" }),
  },
  {
    id: "run-retry",
    title: "Retry what did not complete",
    enabled: () => incomplete() !== null,
    run: () => void editor.starter.retry(incomplete() ?? ""),
  },
  {
    id: "run-repeat",
    title: "Retry with the inputs of that run",
    enabled: () => incomplete() !== null,
    run: () => void editor.starter.repeat(incomplete() ?? ""),
  },
  {
    id: "run-preview",
    title: "See what would run",
    keys: ["P"],
    enabled: () => !isReadOnly(),
    run: () => openRunPreview({ kind: "all" }),
  },
]);

function onlySelected(): string | null {
  const [first, ...others] = selected();
  return first !== undefined && others.length === 0 ? first : null;
}

/** The shown run, if it ended without completing. */
function incomplete(): string | null {
  const { runs, shownId } = useRuns.getState();
  const summary = shownId ? runs[shownId]?.summary : undefined;
  if (!summary || !isTerminal(summary.status) || summary.status === "COMPLETED") return null;
  return summary.id;
}
