import type { ReactNode } from "react";

/** One line of a list of facts, a `<dl className="facts">`. */
export function DescriptionItem({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
