import { expect, test } from "vitest";
import { curlCall } from "./curl";

test("the body is quoted for a shell; a key is asked for where people sign in", () => {
  const [url, inputs] = ["/api/functions/slogan", { product: "It's “hand-made”" }] as const;
  expect(curlCall(url, inputs, "http://127.0.0.1:8000", false)).toBe(
    [
      "curl -s http://127.0.0.1:8000/api/functions/slogan",
      "-H 'content-type: application/json'",
      "-H 'prefer: wait=60'",
      String.raw`-d '{"product":"It'\''s “hand-made”"}'`,
    ].join(" \\\n  "),
  );
  expect(curlCall(url, inputs, "https://example.com", true)).toContain("Bearer $NODELOOM_API_KEY");
});
