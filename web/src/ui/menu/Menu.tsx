/** Menus behind a button. What draws them is loaded when the button is come near. */

import {
  cloneElement,
  type HTMLAttributes,
  type KeyboardEvent,
  lazy,
  type ReactElement,
  Suspense,
  useState,
} from "react";
import type { MenuProps } from "./entries";

const load = () => import("./LoadedMenu");
const LoadedMenu = lazy(load);

function preload(): void {
  load().catch(() => undefined); // asked for again when it is wanted
}

/** A button (`trigger`) that opens a menu. */
export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const trigger = props.trigger as ReactElement<HTMLAttributes<HTMLElement>>;
  const closed = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: preload,
    onFocus: preload,
    onClick: () => setWanted(true),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      setWanted(true);
    },
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <LoadedMenu {...props} />
    </Suspense>
  );
}
