/** Values to choose from, where the schema of a field names an address of them. */

import { z } from "zod/mini";
import { client } from "./client";

const zChoices = z.object({
  items: z.array(
    z.looseObject({ id: z.string(), title: z.string(), description: z._default(z.string(), "") }),
  ),
});

export type Choice = z.infer<typeof zChoices>["items"][number];

export async function readChoices(address: string): Promise<Choice[]> {
  const { data } = await client.get({ url: address });
  return zChoices.parse(data).items;
}
