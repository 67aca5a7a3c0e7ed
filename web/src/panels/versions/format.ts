/** Versions in plain words. */

import type { VersionRead } from "../../generated/api";

type VersionOrigin = Pick<VersionRead, "origin" | "sourceRevision" | "saves">;

const ORIGINS: Record<VersionRead["origin"], string> = {
  created: "created",
  saved: "edited",
  restored: "restored",
  imported: "imported from a file",
  template: "made from a template",
  duplicated: "copied from another workflow",
};

/** How a version came to be. */
export function formatOrigin({ origin, sourceRevision, saves }: VersionOrigin): string {
  if (origin === "restored" && sourceRevision !== null) {
    return `restored from version ${sourceRevision}`;
  }
  if (origin === "saved" && saves > 1) return `edited in ${saves} steps`;
  return ORIGINS[origin];
}
