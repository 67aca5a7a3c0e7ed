/**
 * The address `/`: the workflow that was saved last. On a first visit, where there is none, the
 * first template is opened, ready to run.
 */

import { useEffect, useState } from "react";
import { Redirect } from "wouter";
import { createFromTemplate, listTemplates } from "../api/templates";
import { listWorkflows } from "../api/workflows";

const LIST_PATH = "/workflows";

/** Asked once, also where React mounts the page twice. */
let pendingAddress: Promise<string> | null = null;

async function homeAddress(): Promise<string> {
  const { items } = await listWorkflows(1);
  if (items[0]) return `${LIST_PATH}/${items[0].id}`;
  const [template] = await listTemplates();
  return template ? `${LIST_PATH}/${await createFromTemplate(template.id)}` : LIST_PATH;
}

export function HomeRedirect() {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    pendingAddress ??= homeAddress()
      .catch(() => LIST_PATH)
      .finally(() => {
        pendingAddress = null;
      });
    void pendingAddress.then(setAddress);
  }, []);
  return address ? (
    <Redirect to={address} replace />
  ) : (
    <p className="waiting muted">Opening … The first time this takes a few seconds.</p>
  );
}
