/** Values to choose from, where the schema of a field names an address of them. */

import { z } from "zod/mini";
import { client } from "./client";

const zPrice = z.object({
  currency: z.string(),
  input: z.number(),
  output: z.number(),
  until: z.nullable(z.string()),
  asOf: z.string(),
});

const zChoices = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      description: z._default(z.string(), ""),
      available: z._default(z.boolean(), true),
      // What models say of themselves.
      demo: z._default(z.boolean(), false),
      offered: z._default(z.boolean(), true),
      sees: z._default(z.array(z.string()), []),
      makes: z._default(z.array(z.string()), []),
      contextTokens: z._default(z.nullable(z.number()), null),
      price: z._default(z.nullable(zPrice), null),
      nextPrice: z._default(z.nullable(zPrice), null),
      retiresAt: z._default(z.nullable(z.string()), null),
      replacement: z._default(z.nullable(z.string()), null),
    }),
  ),
});

export type Choice = z.infer<typeof zChoices>["items"][number];
export type ChoicePrice = z.infer<typeof zPrice>;

export async function readChoices(address: string): Promise<Choice[]> {
  const { data } = await client.get({ url: address });
  return zChoices.parse(data).items;
}
