/** The secret of a new key, this one time. */

import { Copy } from "lucide-react";
import { useState } from "react";
import type { ApiKeyMade } from "../../generated/api";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";

/** Not there on pages of another machine that were not loaded over TLS. */
const { clipboard } = navigator as Partial<Navigator>;

export function KeySecretDialog({
  made,
  onClose,
}: {
  made: ApiKeyMade | null;
  onClose: () => void;
}) {
  return (
    made && (
      <Dialog
        open
        onClose={onClose}
        title={`The key “${made.name}”`}
        description="Copy it now: it is shown this one time, and only its hash is stored."
        buttons={
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        }
      >
        <CopyableSecret secret={made.secret} />
      </Dialog>
    )
  );
}

function CopyableSecret({ secret }: { secret: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="secret">
      <input
        className="field secret__text"
        aria-label="Secret"
        readOnly
        value={secret}
        onFocus={(event) => event.currentTarget.select()}
      />
      {clipboard && (
        <Button
          onClick={() =>
            void clipboard.writeText(secret).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          <Copy aria-hidden /> {copied ? "Copied" : "Copy"}
        </Button>
      )}
    </div>
  );
}
