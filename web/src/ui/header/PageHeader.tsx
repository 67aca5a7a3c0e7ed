/** The bar at the top of pages that are not the editor. */

import type { ReactNode } from "react";
import { Link } from "wouter";
import { ThemeMenu } from "./ThemeMenu";
import { UserMenu } from "./UserMenu";

export function PageHeader({ children }: { children?: ReactNode }) {
  return (
    <header className="page-header">
      <Link href="/workflows" className="page-header__home" aria-label="Nodeloom: all workflows">
        <img src="/icon.svg" alt="" width={26} height={26} />
        <strong>Nodeloom</strong>
      </Link>
      <span className="page-header__middle">{children}</span>
      <ThemeMenu />
      <UserMenu />
    </header>
  );
}
