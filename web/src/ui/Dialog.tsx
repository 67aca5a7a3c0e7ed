/** A dialog: focus goes in, stays in, and comes back. Escape closes it. */

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { buttonClass } from "./Button";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  wide?: boolean;
  /** Whether it can be closed without an answer; if not, the proposed answer has the keyboard. */
  closable?: boolean;
  /** Buttons at the end; the last one is the proposed answer. */
  buttons?: ReactNode;
  children?: ReactNode;
}

export function Dialog({
  open,
  onClose,
  title,
  description,
  wide,
  closable = true,
  buttons,
  children,
}: DialogProps) {
  const answers = useRef<HTMLDivElement>(null);
  const proposed = () => answers.current?.querySelector<HTMLElement>(":scope > :last-child");
  return (
    <Base.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup
          className={wide ? "dialog dialog--wide" : "dialog"}
          initialFocus={closable ? true : () => proposed() ?? true}
        >
          <div className="dialog__head">
            <Base.Title className="dialog__title">{title}</Base.Title>
            {closable && (
              <Base.Close className={buttonClass("quiet", true, true)} aria-label="Close">
                <X aria-hidden />
              </Base.Close>
            )}
          </div>
          {description && <Base.Description className="muted">{description}</Base.Description>}
          {children}
          {buttons && (
            <div ref={answers} className="dialog__buttons">
              {buttons}
            </div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
