// A program as a user would write it with the types that were made from the document of their functions.
// `node call-function.js http://127.0.0.1:8000 ID` calls the function `card` with a stored photo.
import createClient from "openapi-fetch";
import type { paths } from "./functions.js";

declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2]! });
const photo = { assetId: process.argv[3]! };
const { data, error } = await client.POST("/api/functions/card", {
  params: { header: { Prefer: "wait=100", "Idempotency-Key": "from TypeScript" } },
  body: { photo, text: "A cup." },
});
if (!data) throw new Error(error.detail);
if (data.status !== "COMPLETED") throw new Error(data.error?.message ?? data.status);

// Each output has the type of its kind, and null where there is none.
const text: string | undefined = data.outputs.post?.text;
const width: number | undefined = data.outputs.tile?.width;
if (text === undefined || width === undefined) throw new Error("an output is missing");

const refused = await client.POST("/api/functions/card", { body: { photo, height: 200 } });
const inputs = refused.error?.problems?.map((problem) => problem.input);
console.log(JSON.stringify({ outputs: data.outputs, refused: inputs }));
