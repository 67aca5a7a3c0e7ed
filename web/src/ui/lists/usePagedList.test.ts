// @vitest-environment happy-dom
import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { usePagedList } from "./usePagedList";

/** A list of the server: two items to a page, the cursor is the item before. */
function pagesOf(list: () => string[]) {
  return ({ cursor = "" }: { cursor?: string }) => {
    const rest = list().slice(cursor ? list().indexOf(cursor) + 1 : 0);
    const items = rest.slice(0, 2);
    return Promise.resolve({ items, nextCursor: rest.length > 2 ? (items[1] ?? null) : null });
  };
}

test("a list grows by pages, and is read again as far as it was shown", async () => {
  let list = ["d", "c", "b", "a"];
  const { result, rerender } = renderHook(
    ({ refreshOn }) =>
      usePagedList(
        ["grows"],
        pagesOf(() => list),
        { refreshOn },
      ),
    { initialProps: { refreshOn: 1 } },
  );
  expect(result.current.items).toBeNull();
  await waitFor(() => expect(result.current.items).toEqual(["d", "c"]));
  await act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.items).toEqual(list));
  expect(result.current.hasMore).toBe(false);
  list = ["e", "d", "b", "a"];
  rerender({ refreshOn: 2 });
  await waitFor(() => expect(result.current.items).toEqual(list));
});

test("a failure is said, and what is known stays", async () => {
  let failing = false;
  const read = () =>
    failing ? Promise.reject(new Error("No.")) : Promise.resolve({ items: [1], nextCursor: null });
  const { result } = renderHook(() => usePagedList(["fails"], read));
  await waitFor(() => expect(result.current.items).toEqual([1]));
  failing = true;
  await act(() => result.current.refresh());
  await waitFor(() => expect(result.current.failure).toBe("No."));
  expect(result.current.items).toEqual([1]);
});

test("another key begins anew, or shows what the last one brought until there is an answer", async () => {
  const { result, rerender } = renderHook(
    ({ key, keepPrevious }) =>
      usePagedList(
        ["key", key],
        pagesOf(() => [key]),
        { keepPrevious },
      ),
    { initialProps: { key: "a", keepPrevious: false } },
  );
  await waitFor(() => expect(result.current.items).toEqual(["a"]));
  rerender({ key: "b", keepPrevious: false });
  expect(result.current.items).toBeNull();
  await waitFor(() => expect(result.current.items).toEqual(["b"]));
  rerender({ key: "c", keepPrevious: true });
  expect(result.current).toMatchObject({ items: ["b"], isPrevious: true });
  await waitFor(() => expect(result.current).toMatchObject({ items: ["c"], isPrevious: false }));
});
