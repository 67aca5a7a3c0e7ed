/** What the server offers: node types, choices, limits. */

import { z } from "zod/mini";
import { zMe, zNodeTypePage } from "../generated/api/zod.gen";
import { makeCatalogue } from "../graph/node-types/catalogue";
import { requestJson } from "./client";

export type { Me } from "../generated/api";

export async function readCatalogue() {
  return makeCatalogue(await requestJson(zNodeTypePage, "/api/node-types"));
}

export function readMe() {
  return requestJson(zMe, "/api/me");
}

const zChoices = z.object({
  items: z.array(
    z.looseObject({ id: z.string(), title: z.string(), description: z._default(z.string(), "") }),
  ),
});

export type Choice = z.infer<typeof zChoices>["items"][number];

/** Values to offer in a field whose schema names an address of them. */
export async function readChoices(address: string): Promise<Choice[]> {
  return (await requestJson(zChoices, address)).items;
}
