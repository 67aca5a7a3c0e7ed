import { expect, test } from "vitest";
import { node } from "../../test/graphs";
import { settingsOf, withSetting } from "./settings";

test("a setting is added, changed and taken away; the last one takes all with it", () => {
  const bare = node("a");
  expect(settingsOf(bare)).toEqual({});
  const one = { ...bare, data: { settings: { retries: 2 } } };
  expect(withSetting(one, "reuse", "never")).toEqual({ retries: 2, reuse: "never" });
  expect(withSetting(one, "retries", 3)).toEqual({ retries: 3 });
  expect(withSetting(one, "retries", undefined)).toBeUndefined();
  expect(withSetting(one, "retries", null)).toBeUndefined();
});

test("settings that are none are nothing to build on", () => {
  expect(settingsOf({ ...node("a"), data: { settings: [1] } })).toEqual({});
});
