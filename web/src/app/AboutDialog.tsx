/** What this is, which version, and what it may do. */

import { PREFECT_PASSWORD_HINT, useServer } from "../stores/server";
import { openDialog, useSession } from "../stores/session";
import { Dialog } from "../ui/Dialog";
import { DescriptionItem } from "../ui/DescriptionItem";
import { formatBytes } from "../ui/format";
import { HTTP_REFERENCE_URL } from "../ui/header/UserMenu";

export default function AboutDialog() {
  const open = useSession((state) => state.dialog === "about");
  const me = useServer((state) => state.me);
  const { types } = useServer((state) => state.catalogue);
  return (
    <Dialog open={open} onClose={() => openDialog(null)} title="About Nodeloom">
      {me && (
        <dl className="about">
          <DescriptionItem name="Version">{me.version}</DescriptionItem>
          <DescriptionItem name="You are">
            {me.auth === "local" ? "whoever sits at this machine" : (me.email ?? me.name ?? me.id)}
          </DescriptionItem>
          <DescriptionItem name="Models">
            {me.demoModel
              ? "a small demo model on this machine; set GEMINI_API_KEY for Gemini"
              : "Gemini, by the key of this server"}
          </DescriptionItem>
          <DescriptionItem name="Node types">{types.length}</DescriptionItem>
          <DescriptionItem name="Limits">
            {me.limits.maxNodes} nodes, {me.limits.maxEdges} connections; pictures of{" "}
            {formatBytes(me.limits.maxImageBytes)}, videos of {formatBytes(me.limits.maxVideoBytes)}
          </DescriptionItem>
          {me.prefectUrl && (
            <DescriptionItem name="Prefect">
              <a href={me.prefectUrl} target="_blank" rel="noopener noreferrer">
                its dashboard of the runs
              </a>
              {me.auth === "local" && <p className="muted">{PREFECT_PASSWORD_HINT}</p>}
            </DescriptionItem>
          )}
          <DescriptionItem name="For programs">
            <a href={HTTP_REFERENCE_URL} target="_blank" rel="noopener noreferrer">
              the HTTP reference
            </a>
          </DescriptionItem>
        </dl>
      )}
    </Dialog>
  );
}
