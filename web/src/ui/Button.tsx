/** Buttons. One that shows only an icon has a name, which is also its tooltip. */

import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

export type ButtonVariant = "plain" | "primary" | "quiet" | "danger";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function buttonClass(look: ButtonVariant, small = false, icon = false): string {
  const parts = ["button", look !== "plain" && `button--${look}`];
  return [...parts, small && "button--small", icon && "button--icon"].filter(Boolean).join(" ");
}

export function Button({ variant = "plain", small = false, className, ...rest }: ButtonProps) {
  const classes = [buttonClass(variant, small), className].filter(Boolean).join(" ");
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
  variant = "quiet",
  small,
  className,
  ...rest
}: IconButtonProps) {
  const classes = [buttonClass(variant, small, true), className].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      className={classes}
      aria-label={label}
      data-tooltip={keys ? `${label} (${keys})` : label}
      {...rest}
    />
  );
}
