/** What stands around a list that comes in pages. */

import { Button } from "../Button";

export function ListError({ text }: { text: string | null }) {
  return (
    text && (
      <p className="panel__failure" role="alert">
        {text}
      </p>
    )
  );
}

interface LoadMoreProps {
  of: string;
  hasMore: boolean;
  load: () => Promise<unknown>;
}

export function LoadMore({ of, hasMore, load }: LoadMoreProps) {
  return (
    hasMore && (
      <div className="panel__more">
        <Button small onClick={() => void load()}>
          Show older {of}
        </Button>
      </div>
    )
  );
}
