/**
 * Signing in with Clerk: its own form, and its session tokens on every request. Loaded only
 * where the server says so; Clerk's scripts come from Clerk then, as its terms want it.
 */

import { ClerkProvider, SignIn as ClerkForm, useAuth, useClerk } from "@clerk/react";
import { Fragment, type ReactNode, useEffect, useState } from "react";
import { setTokenProvider } from "../api/client";
import { useServer } from "../stores/server";
import { Button } from "../ui/Button";

/** Clerk's scripts are small; who waits longer than this has a network that forbids them. */
const SLOW_MS = 20_000;

interface SignInProps {
  publishableKey: string;
  children: ReactNode;
}

export default function SignIn({ publishableKey, children }: SignInProps) {
  return (
    <ClerkProvider publishableKey={publishableKey} telemetry={false} afterSignOutUrl="/">
      <SessionGate>{children}</SessionGate>
    </ClerkProvider>
  );
}

/** Shows what is inside to whoever is signed in, and the form to others. */
function SessionGate({ children }: { children: ReactNode }) {
  const { isLoaded, isSignedIn, userId, getToken } = useAuth();
  const clerk = useClerk();
  // Not in an effect: what is inside asks the server as soon as it is there.
  setTokenProvider(getToken);
  useEffect(() => {
    const signOut = async () => {
      const { editor } = await import("../sync/editor"); // there by now, or not needed
      await editor.saver.flush();
      await clerk.signOut();
    };
    useServer.setState({ signOut: isSignedIn ? signOut : null });
  }, [isSignedIn, clerk]);
  if (!isLoaded) return <Loading />;
  // Another user gets everything anew.
  if (isSignedIn) return <Fragment key={userId}>{children}</Fragment>;
  return (
    <main className="signin">
      <h1>
        <img src="/icon.svg" alt="" width={34} height={34} /> Nodeloom
      </h1>
      <ClerkForm routing="hash" />
    </main>
  );
}

function Loading() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <p className="waiting muted">Signing in …</p>;
  return (
    <main className="waiting">
      <h1>Clerk does not answer</h1>
      <p>
        Signing in needs scripts from Clerk. Perhaps the network or an extension of the browser
        keeps them away.
      </p>
      <Button variant="primary" onClick={() => location.reload()}>
        Try again
      </Button>
    </main>
  );
}
