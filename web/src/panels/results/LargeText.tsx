/** A long text, set to be read; formatted or as it was written. */

import { lazy, Suspense, useState } from "react";

const Markdown = lazy(() => import("../../ui/Markdown"));

interface LargeTextProps {
  text: string;
  name: string;
  /** Whether it is shown as Markdown at first. */
  formatted: boolean;
}

export function LargeText({ text, name, formatted }: LargeTextProps) {
  const [plain, setPlain] = useState(!formatted);
  return (
    <div className="large__text" tabIndex={0} role="group" aria-label={`Text of ${name}`}>
      <div className="large__page">
        {formatted && (
          <button
            type="button"
            className="link-button large__switch"
            onClick={() => setPlain(!plain)}
          >
            {plain ? "Show it formatted" : "Show it as it was written"}
          </button>
        )}
        {plain ? (
          <pre className="large__plain">{text}</pre>
        ) : (
          <Suspense fallback={<pre className="large__plain">{text}</pre>}>
            <Markdown text={text} />
          </Suspense>
        )}
      </div>
    </div>
  );
}
