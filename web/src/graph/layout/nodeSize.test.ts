import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../test/graphs";
import { estimateNode, NODE_WIDTH } from "./nodeSize";

describe("what is known of a node before it was drawn", () => {
  test.each(CATALOGUE.types.map((spec) => [spec.id, spec] as const))("%s", (_, spec) => {
    const { size, ports } = estimateNode(spec);
    const inputs = ports.filter((port) => port.type === "target");
    expect(inputs.map((port) => port.id).sort()).toEqual(
      spec.inputs.map((port) => port.handle).sort(),
    );
    expect(ports.filter((port) => port.type === "source")).toHaveLength(1);
    expect(ports.every(({ x, y }) => x >= 0 && x <= NODE_WIDTH && y > 0 && y < size.height)).toBe(
      true,
    );
    expect(estimateNode(spec)).toBe(estimateNode(spec));
  });
});
