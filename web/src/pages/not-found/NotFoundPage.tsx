/** An address where nothing is. */

import { useEffect } from "react";
import { Link } from "wouter";
import { buttonClass } from "../../ui/Button";
import { PageHeader } from "../../ui/header/PageHeader";

export default function NotFoundPage() {
  useEffect(() => {
    document.title = "Nothing here – Nodeloom";
  }, []);
  return (
    <>
      <PageHeader />
      <main className="waiting">
        <h1>There is nothing at this address</h1>
        <p>
          <code>{location.pathname}</code> is none of Nodeloom’s pages. Perhaps a part of the link
          was lost on its way.
        </p>
        <Link href="/workflows" className={buttonClass("primary")}>
          All workflows
        </Link>
      </main>
    </>
  );
}
