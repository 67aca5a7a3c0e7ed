/** Buttons. One that shows only an icon has a name, which is also its tooltip. */

import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Tip } from "./Tooltip";

export type ButtonLook = "plain" | "primary" | "quiet" | "danger";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function buttonClass(look: ButtonLook, small = false, icon = false): string {
  const parts = ["button", look !== "plain" && `button--${look}`];
  return [...parts, small && "button--small", icon && "button--icon"].filter(Boolean).join(" ");
}

export function Button({ look = "plain", small = false, className, ...rest }: ButtonProps) {
  const classes = [buttonClass(look, small), className].filter(Boolean).join(" ");
  return <button type="button" className={classes} {...rest} />;
}

export interface IconButtonProps extends ButtonProps {
  /** What it does; for the tooltip and for screen readers. */
  label: string;
  /** Keys that do the same. */
  keys?: string;
  children: ReactNode;
}

export function IconButton({
  label,
  keys,
  look = "quiet",
  small,
  className,
  ...rest
}: IconButtonProps) {
  const classes = [buttonClass(look, small, true), className].filter(Boolean).join(" ");
  return (
    <Tip text={label} {...(keys ? { keys } : {})}>
      <button type="button" className={classes} aria-label={label} {...rest} />
    </Tip>
  );
}
