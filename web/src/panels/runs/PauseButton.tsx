/** Pauses a run, or has a paused one go on. */

import { Pause, Play } from "lucide-react";
import type { RunBase } from "../../stores/runs";
import { editor } from "../../sync/editor";
import { Button } from "../../ui/Button";

export function PauseButton({ summary, small = false }: { summary: RunBase; small?: boolean }) {
  const paused = summary.status === "WAITING" || summary.pauseRequestedAt !== null;
  return (
    <Button
      small={small}
      variant={summary.status === "WAITING" ? "primary" : "plain"}
      title={paused ? "Go on from where it was" : "Start no further node until you resume it"}
      onClick={() => void editor.starter.setPaused(summary.id, !paused)}
    >
      {paused ? <Play aria-hidden /> : <Pause aria-hidden />} {paused ? "Resume" : "Pause"}
    </Button>
  );
}
