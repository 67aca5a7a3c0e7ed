import { describe, expect, test } from "vitest";
import { MessageReader, readEvent } from "./events";

const TEXT =
  'retry: 1000\n\nid: 1\nevent: run\ndata: {"a": 1}\n\n: still here\n\nevent: token\ndata: x\ndata: y\n\n';

describe("server-sent events", () => {
  test("are read whole, however the stream is cut", () => {
    for (let size = 1; size < 12; size += 1) {
      const reader = new MessageReader();
      const pieces = TEXT.match(new RegExp(`[\\s\\S]{1,${String(size)}}`, "g")) ?? [];
      expect(pieces.flatMap((piece) => reader.take(piece))).toEqual([
        { event: "run", id: "1", data: '{"a": 1}' },
        { event: "token", id: null, data: "x\ny" },
      ]);
    }
  });

  test("of unknown names are passed over", () => {
    expect(readEvent({ event: "later", id: "9", data: "{}" })).toBeNull();
    expect(readEvent({ event: "run", id: "9", data: "{}" })).toBeNull();
  });
});
