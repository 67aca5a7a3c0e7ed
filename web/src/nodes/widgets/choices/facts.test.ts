import { expect, test } from "vitest";
import type { Choice } from "../../../api/choices";
import { capabilities, matching, priceNote, priceText, remark, retirement } from "./facts";

const UNKNOWN: Choice = {
  id: "mine",
  title: "Mine",
  description: "",
  offered: true,
  available: true,
  demo: false,
  sees: [],
  makes: [],
  contextTokens: null,
  price: null,
  nextPrice: null,
  retiresAt: null,
  replacement: null,
};
const PRICE = { currency: "USD", input: 2, output: 10, until: null, asOf: "2026-11-30" };

test("what a model sees, makes and reads stands in one line, as far as it is known", () => {
  const known = { ...UNKNOWN, sees: ["text", "image"], makes: ["text"], contextTokens: 1_048_576 };
  expect(capabilities(known)).toBe(
    "Sees text and images, makes text · 1,048,576 tokens of context",
  );
  expect(capabilities({ ...UNKNOWN, makes: ["text"] })).toBe("Makes text");
  expect(capabilities(UNKNOWN)).toBe("");
});

test("a price says until when it holds, what comes then, and of when it is", () => {
  const next = { ...PRICE, input: 4, output: 20.5 };
  const now = { ...PRICE, until: "2026-12-31" };
  expect(priceText({ ...UNKNOWN, price: now, nextPrice: next })).toBe(
    "$2.00 in, $10.00 out per million tokens until 31 December 2026, then $4.00 in, $20.50 out",
  );
  expect(priceText({ ...UNKNOWN, price: PRICE })).toBe("$2.00 in, $10.00 out per million tokens");
  expect(priceText(UNKNOWN)).toBe("");
  expect(priceNote([UNKNOWN, { ...UNKNOWN, price: PRICE }])).toContain("30 November 2026");
  expect(priceNote([UNKNOWN])).toBe("");
});

test("what is to be set first is said where nothing else is known", () => {
  const offer = { ...UNKNOWN, available: false, description: "Set the address first." };
  expect(remark(offer)).toBe("Set the address first.");
  expect(remark({ ...offer, price: PRICE })).toBe(""); // the field says it once it is chosen
  const known = { ...UNKNOWN, available: true, description: "Long questions cost more." };
  expect(remark({ ...known, price: PRICE })).toBe("Long questions cost more.");
  expect(remark({ ...known, demo: true })).toBe(""); // the field says it, too
  expect(remark({ ...known, retiresAt: "2026-12-01" })).toBe(""); // the list says so above
});

test("a retired model says so from its day on", () => {
  const ending = { ...UNKNOWN, retiresAt: "2026-12-01" };
  expect(retirement(ending, "2026-11-30")).toBe("Retires on 1 December 2026");
  expect(retirement(ending, "2026-12-01")).toBe("Retired on 1 December 2026");
  expect(retirement({ ...UNKNOWN, replacement: "other" }, "2026-12-01")).toBe("Replaced");
  expect(retirement(UNKNOWN, "2026-12-01")).toBe("");
});

test("those that are not offered are found by typing, or if one is chosen", () => {
  const gone = { ...UNKNOWN, id: "gone-1", title: "Gone 1", offered: false };
  const all = [UNKNOWN, gone];
  expect(matching(all, "mine", false)).toEqual([UNKNOWN]);
  expect(matching(all, "gone-1", false)).toEqual(all);
  expect(matching(all, "1 gone", true)).toEqual([gone]);
  expect(matching(all, "nothing", true)).toEqual([]);
});
