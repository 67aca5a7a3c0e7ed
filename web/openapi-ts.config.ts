/** `make types`: TypeScript types and Zod schemas out of docs/openapi.json. */
import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../docs/openapi.json",
  output: { path: process.env["TYPES_OUTPUT"] ?? "src/generated/api", clean: true, header: null },
  logs: { level: "warn" },
  plugins: [
    { name: "@hey-api/typescript", enums: false },
    // Mini: half of Zod's size on the first load of each page.
    { name: "zod", compatibilityVersion: "mini", requests: false, responses: false },
  ],
});
