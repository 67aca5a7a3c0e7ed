import { expect, test } from "vitest";
import { readForm, readTyped, type Typed, typedDefaults, typedInputs, UPLOADING } from "./form";

const FILE = {
  description: "The photo",
  anyOf: [
    { type: "object", properties: { assetId: { type: "string" } } },
    { type: "object", properties: { url: { type: "string" } } },
    {
      type: "object",
      properties: {
        base64: { type: "string" },
        mediaType: { type: "string", examples: ["image/png", "image/jpeg"] },
      },
    },
  ],
};
const SCHEMA = {
  type: "object",
  properties: {
    product_text: { type: "string", maxLength: 5 },
    prompt: { type: "string", title: "Prompt", default: "Short." },
    photo: FILE,
    width: { type: "integer", title: "Width", minimum: 1, maximum: 8192, default: 300 },
    heat: { anyOf: [{ type: "number", minimum: 0 }, { type: "null" }] },
    fit: { type: "string", enum: ["contain", "cover"], default: "cover" },
    bright: { type: "boolean" },
    more: { type: "object", default: { a: 1 } },
    texts: { anyOf: [{ type: "string" }, { type: "array", items: {} }] },
  },
  required: ["product_text", "photo", "fit"],
};
const FIELDS = readForm(SCHEMA);
const DEFAULTS = typedDefaults(FIELDS);

/** What is read where one field is typed and all that is needed is given. */
function typing(name: string, value: Typed) {
  const given = { product_text: "Tea", photo: { url: "https://example.com/a.jpg" } };
  const { inputs, problems } = readTyped(FIELDS, { ...DEFAULTS, ...given, [name]: value });
  return problems[name] ?? inputs[name];
}

test("fields are as the schema of each input says", () => {
  const seen = FIELDS.map(({ name, title, widget, required }) => [name, title, widget, required]);
  expect(seen).toEqual([
    ["product_text", "Product text", "text", true],
    ["prompt", "Prompt", "text", false],
    ["photo", "Photo", "media", true],
    ["width", "Width", "number", false],
    ["heat", "Heat", "number", false],
    ["fit", "Fit", "choice", true],
    ["bright", "Bright", "switch", false],
    ["more", "More", "json", false],
    ["texts", "Texts", "text", false],
  ]);
  expect(FIELDS.find(({ name }) => name === "photo")?.accept).toEqual(["image/png", "image/jpeg"]);
  expect(readForm({ type: "object" })).toEqual([]);
});

test("an untouched form gives what a call without it would have, and says what is needed", () => {
  expect(readTyped(FIELDS, DEFAULTS)).toEqual({
    inputs: { prompt: "Short.", width: 300, fit: "cover", more: { a: 1 } },
    problems: {
      product_text: "Fill this in.",
      photo: "Choose a file, or give the address of one.",
    },
  });
});

test.each([
  ["product_text", "Teapot", "At most 5 characters: 1 too many."],
  ["product_text", "Te 🫖", "Te 🫖"],
  ["product_text", "  ", "Fill this in."],
  ["prompt", "", ""],
  ["width", "12", 12],
  ["width", "0", "Type a whole number from 1 to 8192."],
  ["width", "1.5", "Type a whole number."],
  ["width", "wide", "This is no number."],
  ["width", "", undefined],
  ["heat", "0,7", 0.7],
  ["heat", "-1", "Type a number, 0 or more."],
  ["fit", "", "Choose one."],
  ["bright", false, false],
  ["bright", undefined, undefined],
  ["more", "[1]", [1]],
  ["more", "{", expect.stringContaining("This is no JSON")],
  ["photo", UPLOADING, "It is still being uploaded: wait a moment."],
  ["photo", { assetId: "x" }, { assetId: "x" }],
])("%s: %j is read as %j", (name, typed, read) => {
  expect(typing(name, typed)).toEqual(read);
});

test("a form that is found again has what was typed for the call", () => {
  const inputs = {
    product_text: "Tea",
    prompt: "Long.",
    photo: { assetId: "x" },
    width: 7,
    bright: true,
  };
  const typed = typedInputs(FIELDS, inputs);
  expect(readTyped(FIELDS, typed).inputs).toEqual(inputs);
});
