/** Which page is shown, by the address. */

import { useEffect, useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { readCatalogue, readMe } from "../api/catalogue";
import { sentenceOf } from "../api/client";
import { WorkflowsPage } from "../pages/workflows/WorkflowsPage";
import { useServer } from "../stores/server";
import { useSession } from "../stores/session";
import { Button } from "../ui/Button";
import { Notices } from "../ui/Notices";
import { TipProvider } from "../ui/Tip";
import { Editor } from "./Editor";
import { FirstPage } from "./FirstPage";

export function App() {
  const { ready, failure, again } = useCatalogueRead();
  useTheme();
  return (
    <TipProvider delay={500}>
      {failure ? <Unreachable reason={failure} again={again} /> : ready && <Pages />}
      <Notices />
    </TipProvider>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/workflows/:id/runs/:runId">
        {({ id, runId }) => <Editor workflowId={Number(id)} runId={runId} />}
      </Route>
      <Route path="/workflows/:id">{({ id }) => <Editor workflowId={Number(id)} />}</Route>
      <Route path="/workflows">
        <WorkflowsPage />
      </Route>
      <Route path="/">
        <FirstPage />
      </Route>
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
}

/** Reads what everything else needs: the catalogue, and who is asking. */
function useCatalogueRead() {
  const [ready, setReady] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    Promise.all([readCatalogue(), readMe()]).then(
      ([catalogue, me]) => {
        useServer.setState({ catalogue, me });
        setFailure(null);
        setReady(true);
      },
      (error: unknown) => setFailure(sentenceOf(error)),
    );
  }, [attempt]);
  return { ready, failure, again: () => setAttempt(attempt + 1) };
}

function useTheme(): void {
  const theme = useSession((state) => state.theme);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }, [theme]);
}

function Unreachable({ reason, again }: { reason: string; again: () => void }) {
  return (
    <main className="waiting">
      <h1>Nodeloom is not there</h1>
      <p>{reason}</p>
      <Button look="primary" onClick={again}>
        Try again
      </Button>
    </main>
  );
}
