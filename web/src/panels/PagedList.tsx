/** What stands around a list that comes in pages. */

import { Button } from "../ui/Button";

export function Failure({ text }: { text: string | null }) {
  return (
    text && (
      <p className="panel__failure" role="alert">
        {text}
      </p>
    )
  );
}

interface MoreProps {
  of: string;
  hasMore: boolean;
  read: () => Promise<void>;
}

export function More({ of, hasMore, read }: MoreProps) {
  return (
    hasMore && (
      <div className="panel__more">
        <Button small onClick={() => void read()}>
          Show older {of}
        </Button>
      </div>
    )
  );
}
