/** Who is here, and what is about them and the product rather than about a workflow. */

import { BookOpen, CircleUser, Info, Keyboard, KeyRound, LogOut, Webhook } from "lucide-react";
import { useLocation } from "wouter";
import { useServer } from "../../stores/server";
import { openDialog } from "../../stores/session";
import { type MenuEntries, SEPARATOR } from "../menu/entries";
import { Menu } from "../menu/Menu";

export const HTTP_REFERENCE_URL = "/schema/reader";

export function UserMenu() {
  const me = useServer((state) => state.me);
  const signOut = useServer((state) => state.signOut);
  const [, go] = useLocation();
  const entries: MenuEntries = [
    { label: "API keys", icon: <KeyRound aria-hidden />, run: () => go("/keys") },
    { label: "Webhooks", icon: <Webhook aria-hidden />, run: () => go("/webhooks") },
    {
      label: "HTTP reference",
      icon: <BookOpen aria-hidden />,
      run: () => void open(HTTP_REFERENCE_URL, "_blank", "noopener"),
    },
    {
      label: "Keyboard shortcuts",
      icon: <Keyboard aria-hidden />,
      keys: "?",
      run: () => openDialog("shortcuts"),
    },
    { label: "About Nodeloom", icon: <Info aria-hidden />, run: () => openDialog("about") },
  ];
  const leave = { label: "Sign out", icon: <LogOut aria-hidden />, run: () => void signOut?.() };
  return (
    <Menu
      heading={me?.auth === "clerk" ? (me.name ?? me.email ?? me.id) : "On this machine"}
      trigger={
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label="Account and help"
          title="Account and help"
        >
          <CircleUser aria-hidden />
        </button>
      }
      entries={signOut ? [...entries, SEPARATOR, leave] : entries}
    />
  );
}
