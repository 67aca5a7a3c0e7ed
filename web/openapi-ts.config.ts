/** `make types`: TypeScript types and Zod schemas out of docs/openapi.json. */
import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../docs/openapi.json",
  output: { path: process.env["TYPES_OUTPUT"] ?? "src/generated/api", clean: true, header: null },
  logs: { level: "warn" },
  plugins: [
    { name: "@hey-api/typescript", enums: false },
    { name: "zod", compatibilityVersion: 4, requests: false, responses: false },
  ],
});
