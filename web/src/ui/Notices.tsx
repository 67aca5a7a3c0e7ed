/** Notices in the corner. What is not an error goes away by itself. */

import { X } from "lucide-react";
import { useEffect } from "react";
import { dismissNotice, type Notice, useSession } from "../stores/session";
import { Button, IconButton } from "./Button";

const SECONDS = 7;

export function Notices() {
  const notices = useSession((state) => state.notices);
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <NoticeView key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function NoticeView({ notice }: { notice: Notice }) {
  const { id, kind, text, action } = notice;
  useEffect(() => {
    if (kind === "error") return undefined;
    const timer = setTimeout(() => dismissNotice(id), SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <div className={`notice notice--${kind}`} role={kind === "error" ? "alert" : undefined}>
      <span className="notice__text">{text}</span>
      {action && (
        <Button
          small
          onClick={() => {
            dismissNotice(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton small label="Close" onClick={() => dismissNotice(id)}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
