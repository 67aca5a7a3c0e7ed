/** A short tour: one thing after another is shown in its place, and everything can be used meanwhile. */

import "./tour.css";
import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useState } from "react";
import { goTo, leave, useTour } from "../../stores/tour";
import { Button, IconButton } from "../../ui/Button";

interface TourStep {
  title: string;
  text: string;
  /** What it is about, as CSS selects it; the first that is in the page. */
  target: string;
}

const STEPS: readonly TourStep[] = [
  {
    title: "A workflow that works",
    text: "Nodes hold texts, pictures and videos, or do something with them. The lines say what goes where.",
    target: ".react-flow__node-step",
  },
  {
    title: "Run it",
    text: "Each node shows by itself how far it is, and what a model says can be read while it says it.",
    target: ".run-controls",
  },
  {
    title: "Change something",
    text: "Write another text. What no longer fits it says “Out of date”, and the next run does only what changed.",
    target: ".node[data-type='text'] .field",
  },
  {
    title: "See it large",
    text: "Click a result to see it as large as the window, and a picture beside what it was made of.",
    target: ".result-place",
  },
  {
    title: "Begin your own",
    text: "Here are all your workflows, and templates to begin with. In the editor, ? shows all keys.",
    target: ".topbar__home",
  },
];

export default function Tour() {
  const number = useTour((state) => state.step) ?? 0;
  const step = STEPS[number] ?? STEPS[0];
  const last = number === STEPS.length - 1;
  if (!step) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  };
  return (
    <>
      <Marker target={step.target} />
      <section className="tour" aria-label="Tour" onKeyDown={onKeyDown}>
        <div aria-live="polite">
          <h2>{step.title}</h2>
          <p>{step.text}</p>
        </div>
        <div className="tour__buttons">
          <span className="muted">
            {number + 1} of {STEPS.length}
          </span>
          {number > 0 && (
            <Button small onClick={() => goTo(number - 1)}>
              Back
            </Button>
          )}
          <Button small variant="primary" onClick={() => (last ? leave() : goTo(number + 1))}>
            {last ? "Done" : "Next"}
          </Button>
        </div>
        <IconButton small className="tour__close" label="Leave the tour" onClick={leave}>
          <X aria-hidden />
        </IconButton>
      </section>
    </>
  );
}

/** A frame around what the step is about, wherever that is. */
function Marker({ target }: { target: string }) {
  const [box, setBox] = useState<DOMRect | null>(null);
  useEffect(() => {
    let frame = 0;
    const follow = () => {
      const found = document.querySelector(target)?.getBoundingClientRect() ?? null;
      setBox((known) => (sameBox(known, found) ? known : found));
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [target]);
  if (!box) return null;
  const { left, top, width, height } = box;
  return <div className="tour__marker" aria-hidden style={{ left, top, width, height }} />;
}

function sameBox(a: DOMRect | null, b: DOMRect | null): boolean {
  if (!a || !b) return a === b;
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
