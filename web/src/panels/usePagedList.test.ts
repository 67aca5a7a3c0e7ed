import { expect, test } from "vitest";
import { appendPage, type Page, mergeFirstPage } from "./usePagedList";

const keyOf = (item: string) => item.slice(0, 1);
const page = (items: string, nextCursor: string | null = null): Page<string> => ({
  items: items.split(" ").filter(Boolean),
  nextCursor,
});

test("a first page that is read again replaces what it covers, and keeps older pages", () => {
  const known = page("d1 c1 b1 a1", "older");
  expect(mergeFirstPage(known, page("e1 d2 c1", "c"), keyOf)).toEqual(
    page("e1 d2 c1 b1 a1", "older"),
  );
});

test("what is no longer in a filtered list goes away", () => {
  expect(mergeFirstPage(page("c b a"), page("b a"), keyOf)).toEqual(page("b a"));
  expect(mergeFirstPage(page("c b a"), page(""), keyOf)).toEqual(page(""));
});

test("after many news the list begins anew, without a gap", () => {
  expect(mergeFirstPage(page("b a", "a"), page("f e d", "d"), keyOf)).toEqual(page("f e d", "d"));
});

test("a next page is added, without what moved into it meanwhile", () => {
  expect(appendPage(page("d c", "c"), page("c b", "b"), keyOf)).toEqual(page("d c b", "b"));
});
