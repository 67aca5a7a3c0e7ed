/**
 * The address `/`: the workflow that was saved last. On a first visit, where there is none, the
 * first template is opened, ready to run.
 */

import { useEffect, useState } from "react";
import { Redirect } from "wouter";
import { createFromTemplate, listTemplates } from "../api/templates";
import { listWorkflows } from "../api/workflows";

const LIST = "/workflows";

/** Asked once, also where React mounts the page twice. */
let asked: Promise<string> | null = null;

async function firstAddress(): Promise<string> {
  const { items } = await listWorkflows(1);
  if (items[0]) return `${LIST}/${items[0].id}`;
  const [template] = await listTemplates();
  return template ? `${LIST}/${await createFromTemplate(template.id)}` : LIST;
}

export function FirstPage() {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    asked ??= firstAddress()
      .catch(() => LIST)
      .finally(() => {
        asked = null;
      });
    void asked.then(setAddress);
  }, []);
  return address ? (
    <Redirect to={address} replace />
  ) : (
    <p className="waiting muted">Opening … The first time this takes a few seconds.</p>
  );
}
