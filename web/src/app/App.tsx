/** Which page is shown, by the address; before that, who is asking. */

import "./pages.css";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Route, Switch } from "wouter";
import { errorMessage } from "../api/client";
import { listNodeTypes, readMe, readSignIn } from "../api/sdk";
import type { SignInRead } from "../generated/api";
import { makeCatalogue } from "../graph/node-types/catalogue";
import { useServer } from "../stores/server";
import { useSession } from "../stores/session";
import { Button } from "../ui/Button";
import { Notices } from "../ui/Notices";
import { Tooltips } from "../ui/Tooltip";
import { ErrorBoundary } from "./ErrorBoundary";
import { HomeRedirect } from "./HomeRedirect";

// Each page is loaded when it is first shown; signing in, only where people do.
const AboutDialog = lazy(() => import("./AboutDialog"));
const BatchPage = lazy(() => import("../pages/batches/BatchPage"));
const BatchesPage = lazy(() => import("../pages/batches/BatchesPage"));
const EditorPage = lazy(() => import("./editor/EditorPage"));
const ApiKeysPage = lazy(() => import("../pages/api-keys/ApiKeysPage"));
const ShortcutsDialog = lazy(() => import("./ShortcutsDialog"));
const FunctionPage = lazy(() => import("../pages/function/FunctionPage"));
const NotFoundPage = lazy(() => import("../pages/not-found/NotFoundPage"));
const SharedPage = lazy(() => import("../pages/function/SharedPage"));
const SignIn = lazy(() => import("./SignIn"));
const WebhooksPage = lazy(() => import("../pages/webhooks/WebhooksPage"));
const WorkflowsPage = lazy(() => import("../pages/workflows/WorkflowsPage"));

export function App() {
  useTheme();
  return (
    <>
      <ErrorBoundary part="The page">
        <Suspense fallback={<p className="waiting muted">Opening …</p>}>
          <Switch>
            {/* Whoever has a share link needs no account. */}
            <Route path="/s/:id">{({ id }) => <SharedPage key={id} linkId={id} />}</Route>
            <Route>
              <SignInGate>
                <SignedInPages />
              </SignInGate>
            </Route>
          </Switch>
        </Suspense>
      </ErrorBoundary>
      <Notices />
      <Tooltips />
    </>
  );
}

function SignedInPages() {
  return (
    <Switch>
      <Route path="/f/:name">{({ name }) => <FunctionPage key={name} name={name} />}</Route>
      <Route>
        <ServerInfoLoader>
          <Pages />
        </ServerInfoLoader>
      </Route>
    </Switch>
  );
}

function Pages() {
  const dialog = useSession((state) => state.dialog);
  return (
    <>
      <Switch>
        <Route path="/workflows/:id/runs/:runId">
          {({ id, runId }) => <EditorRoute id={id} runId={runId} />}
        </Route>
        <Route path="/workflows/:id/batches/:batchId">
          {({ batchId }) => <BatchPage key={batchId} batchId={batchId} />}
        </Route>
        <Route path="/workflows/:id/batches">
          {({ id }) =>
            WORKFLOW_ID.test(id) ? (
              <BatchesPage key={id} workflowId={Number(id)} />
            ) : (
              <NotFoundPage />
            )
          }
        </Route>
        <Route path="/workflows/:id">{({ id }) => <EditorRoute id={id} />}</Route>
        <Route path="/workflows">
          <WorkflowsPage />
        </Route>
        <Route path="/keys">
          <ApiKeysPage />
        </Route>
        <Route path="/webhooks">
          <WebhooksPage />
        </Route>
        <Route path="/">
          <HomeRedirect />
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
      <Suspense>
        {dialog === "about" && <AboutDialog />}
        {dialog === "shortcuts" && <ShortcutsDialog />}
      </Suspense>
    </>
  );
}

const WORKFLOW_ID = /^[1-9]\d{0,9}$/;

function EditorRoute({ id, runId }: { id: string; runId?: string }) {
  if (!WORKFLOW_ID.test(id)) return <NotFoundPage />;
  return <EditorPage key={id} workflowId={Number(id)} runId={runId} />;
}

/** Lets in whoever is signed in; on a machine of one's own that is everybody. */
function SignInGate({ children }: { children: ReactNode }) {
  const { value, failure, retry } = useRequest(readSignIn);
  if (failure) return <ServerUnreachable reason={failure} retry={retry} />;
  if (!value) return null;
  if (value.auth === "local") return children;
  return <WithClerk signIn={value}>{children}</WithClerk>;
}

function WithClerk({ signIn, children }: { signIn: SignInRead; children: ReactNode }) {
  const key = signIn.clerkPublishableKey;
  if (key) return <SignIn publishableKey={key}>{children}</SignIn>;
  return (
    <main className="waiting">
      <h1>Nobody can sign in here</h1>
      <p>
        The server is set to sign people in with Clerk, but has no publishable key for this page.
        Whoever runs it has to set <code>CLERK_PUBLISHABLE_KEY</code>.
      </p>
    </main>
  );
}

/** Reads what everything else needs: the catalogue, and who is asking. */
function ServerInfoLoader({ children }: { children: ReactNode }) {
  const { value, failure, retry } = useRequest(readServerInfo);
  if (failure) return <ServerUnreachable reason={failure} retry={retry} />;
  return value && children;
}

async function readServerInfo(): Promise<true> {
  const [nodeTypes, me] = await Promise.all([listNodeTypes(), readMe()]);
  useServer.setState({ catalogue: makeCatalogue(nodeTypes), me });
  return true;
}

/** Asks the server something once, and again if that failed and the user wants it. */
function useRequest<T>(fetchValue: () => Promise<T>) {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [round, setAttempt] = useState(0);
  useEffect(() => {
    fetchValue().then(
      (answer) => {
        setFailure(null);
        setValue(() => answer);
      },
      (error: unknown) => setFailure(errorMessage(error)),
    );
  }, [fetchValue, round]);
  return { value, failure, retry: () => setAttempt(round + 1) };
}

function useTheme(): void {
  const theme = useSession((state) => state.theme);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }, [theme]);
}

function ServerUnreachable({ reason, retry }: { reason: string; retry: () => void }) {
  return (
    <main className="waiting">
      <h1>Nodeloom is not there</h1>
      <p>{reason}</p>
      <Button variant="primary" onClick={retry}>
        Try again
      </Button>
    </main>
  );
}
