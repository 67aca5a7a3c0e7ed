/** Which page is shown, by the address; before that, who is asking. */

import "./app.css";
import "./side.css";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Route, Switch } from "wouter";
import { readCatalogue, readMe } from "../api/catalogue";
import { sentenceOf } from "../api/client";
import { readSignIn, type SignInRead } from "../api/signin";
import { MissingPage } from "../pages/not-found/NotFoundPage";
import { useServer } from "../stores/server";
import { useSession } from "../stores/session";
import { Button } from "../ui/Button";
import { Notices } from "../ui/Notices";
import { TipProvider } from "../ui/Tooltip";
import { Boundary } from "./ErrorBoundary";
import { FirstPage } from "./HomeRedirect";

// Each page is loaded when it is first shown; signing in, only where people do.
const About = lazy(() => import("./AboutDialog"));
const Editor = lazy(() => import("./editor/EditorPage"));
const KeysPage = lazy(() => import("../pages/api-keys/ApiKeysPage"));
const Shortcuts = lazy(() => import("./ShortcutsDialog"));
const SignIn = lazy(() => import("./SignIn"));
const WorkflowsPage = lazy(() => import("../pages/workflows/WorkflowsPage"));

export function App() {
  useTheme();
  return (
    <TipProvider delay={500}>
      <Boundary what="The page">
        <Suspense fallback={<p className="waiting muted">Opening …</p>}>
          <Door>
            <Known>
              <Pages />
            </Known>
          </Door>
        </Suspense>
      </Boundary>
      <Notices />
    </TipProvider>
  );
}

function Pages() {
  const dialog = useSession((state) => state.dialog);
  return (
    <>
      <Switch>
        <Route path="/workflows/:id/runs/:runId">
          {({ id, runId }) => <ById id={id} runId={runId} />}
        </Route>
        <Route path="/workflows/:id">{({ id }) => <ById id={id} />}</Route>
        <Route path="/workflows">
          <WorkflowsPage />
        </Route>
        <Route path="/keys">
          <KeysPage />
        </Route>
        <Route path="/">
          <FirstPage />
        </Route>
        <Route>
          <MissingPage />
        </Route>
      </Switch>
      <Suspense>
        {dialog === "about" && <About />}
        {dialog === "shortcuts" && <Shortcuts />}
      </Suspense>
    </>
  );
}

function ById({ id, runId }: { id: string; runId?: string }) {
  if (!/^[1-9]\d{0,9}$/.test(id)) return <MissingPage />;
  return <Editor key={id} workflowId={Number(id)} runId={runId} />;
}

/** Lets in whoever is signed in; on a machine of one's own that is everybody. */
function Door({ children }: { children: ReactNode }) {
  const { value, failure, again } = useAsked(readSignIn);
  if (failure) return <Unreachable reason={failure} again={again} />;
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
function Known({ children }: { children: ReactNode }) {
  const { value, failure, again } = useAsked(readKnown);
  if (failure) return <Unreachable reason={failure} again={again} />;
  return value && children;
}

async function readKnown(): Promise<true> {
  const [catalogue, me] = await Promise.all([readCatalogue(), readMe()]);
  useServer.setState({ catalogue, me });
  return true;
}

/** Asks the server something once, and again if that failed and the user wants it. */
function useAsked<T>(ask: () => Promise<T>) {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    ask().then(
      (answer) => {
        setFailure(null);
        setValue(() => answer);
      },
      (error: unknown) => setFailure(sentenceOf(error)),
    );
  }, [ask, attempt]);
  return { value, failure, again: () => setAttempt(attempt + 1) };
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
