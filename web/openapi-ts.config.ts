/** `make types`: the calls, TypeScript types and Zod schemas out of docs/openapi.json. */
import { defineConfig } from "@hey-api/openapi-ts";

const ANY_DATA = { type: "object" as const, additionalProperties: {} };

export default defineConfig({
  input: "../docs/openapi.json",
  output: {
    path: process.env["TYPES_OUTPUT"] ?? "src/generated/api",
    clean: true,
    header: "// @ts-nocheck: its client is not written for exactOptionalPropertyTypes",
  },
  logs: { level: "warn" },
  parser: {
    patch: {
      schemas: {
        // The editor knows no node type by name, and opens graphs with types of later servers.
        Node: (schema) => {
          delete schema.discriminator;
          if ("oneOf" in schema) delete schema.oneOf;
          Object.assign(schema, {
            ...ANY_DATA,
            required: ["id", "type", "position", "data"],
            properties: {
              id: { type: "string", minLength: 1 },
              type: { type: "string", minLength: 1 },
              position: { $ref: "#/components/schemas/Position" },
              data: ANY_DATA,
            },
          });
        },
        Edge: ({ properties }) => {
          if (properties) properties["data"] = { anyOf: [ANY_DATA, { type: "null" }] };
        },
      },
    },
  },
  plugins: [
    { name: "@hey-api/typescript", enums: false },
    // Mini: half of Zod's size on the first load of each page.
    { name: "zod", compatibilityVersion: "mini", requests: false, responses: true },
    {
      name: "@hey-api/sdk",
      auth: false, // added by api/client.ts
      responseStyle: "data",
      validator: { response: "zod" },
    },
    { name: "@hey-api/client-fetch", throwOnError: true },
  ],
});
