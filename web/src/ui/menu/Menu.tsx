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
import { notify } from "../../stores/session";
import type { MenuProps } from "./entries";

const load = () => import("./LoadedMenu");
const LoadedMenu = lazy(load);

function preload(): void {
  if (navigator.onLine) load().catch(() => undefined); // when it is wanted, that is told
}

/** A button (`trigger`) that opens a menu. */
export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const trigger = props.trigger as ReactElement<HTMLAttributes<HTMLElement>>;
  const open = () =>
    void load().then(
      () => setWanted(true),
      () =>
        notify(
          "The menu cannot be loaded now: is the network there? Reload the page then.",
          "error",
        ),
    );
  const closed = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: preload,
    onFocus: preload,
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      open();
    },
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <LoadedMenu {...props} />
    </Suspense>
  );
}
