// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AskedRequest, stubFetch } from "../../test/server";
import FunctionPage from "./FunctionPage";

const AT = "2026-01-01T00:00:00Z";
const RUN = "00000000-0000-4000-8000-000000000001";
const READ = {
  ...{ name: "slogan", url: "/api/functions/slogan", workflowId: 1, workflowName: "Slogans" },
  ...{ versionId: RUN, revision: 1, createdAt: AT, updatedAt: AT, example: {}, nodeCount: 2 },
  inputs: {
    type: "object",
    properties: {
      product: { type: "string", title: "Product", description: "What is sold" },
      count: { type: "integer", title: "How many", minimum: 1, maximum: 5, default: 1 },
    },
    required: ["product"],
  },
  outputs: { type: "object", properties: { slogan: { title: "The slogan" } } },
};
const result = (status: string, text: string | null = null, error: object | null = null) => ({
  ...{ runId: RUN, status, error, demo: text === "Demo" },
  outputs: { slogan: text === null ? null : { kind: "text", text } },
});
const nodeEvent = (id: number, nodeId: string, error: object | null = null) => {
  const data = {
    ...{ kind: "node", runId: RUN, executionId: RUN, nodeId, attempt: 1, reused: false },
    ...{ status: error ? "FAILED" : "COMPLETED", output: null, outputs: {}, error },
    ...{ skipReason: null, at: AT },
  };
  return `id: ${id}\nevent: node\ndata: ${JSON.stringify(data)}\n\n`;
};
const runEvent = (id: number, status: string) => {
  const data = { kind: "run", runId: RUN, status, error: null, pausing: false, at: AT };
  return `id: ${id}\nevent: run\ndata: ${JSON.stringify(data)}\n\n`;
};

/** What calls were asked for: their bodies and keys. */
let calls: { body: unknown; key: string | null; prefer: string | null }[] = [];
let answers: Response[] = [];
/** The stream of events that is read; null: none was asked for yet. */
let events: ReadableStreamDefaultController<Uint8Array> | null;
const send = (text: string) => {
  if (!events) throw new Error("Nobody reads events yet.");
  events.enqueue(new TextEncoder().encode(text));
};
/** The run ends, and with it its events. */
const end = (status: string) => {
  send(runEvent(9, status));
  events?.close();
};

function answer({ method, path, headers, json }: AskedRequest): Response {
  if (path.endsWith("/events")) {
    return new Response(
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          events = controller;
        },
      }),
    );
  }
  if (path.endsWith("/cancel")) {
    end("CANCELLED");
    return Response.json({}, { status: 202 });
  }
  if (method === "GET") return Response.json(READ);
  calls.push({ body: json, key: headers.get("Idempotency-Key"), prefer: headers.get("Prefer") });
  return answers.shift() ?? new Response(null, { status: 500 });
}

beforeEach(() => {
  [calls, answers, events] = [[], [], null];
  sessionStorage.clear();
  stubFetch(answer);
});
afterEach(cleanup);

async function opened() {
  render(<FunctionPage name="slogan" />);
  return screen.findByLabelText(/^Product/);
}

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

test("what is wrong is said beside its field, and nothing is called", async () => {
  const product = await opened();
  type(screen.getByLabelText("How many"), "9");
  press("Run");
  expect(screen.getAllByRole("alert").map(({ textContent }) => textContent)).toEqual([
    "Fill this in.",
    "Type a whole number from 1 to 5.",
  ]);
  expect(document.activeElement).toBe(product);
  type(product, "Tea");
  expect(screen.getAllByRole("alert")).toHaveLength(1);
  expect(calls).toEqual([]);
});

test("a call is followed to its results, and what was typed stays", async () => {
  const product = await opened();
  type(product, "Tea");
  answers = [
    Response.json(result("PENDING"), { status: 202 }),
    Response.json(result("COMPLETED", "**Hot** tea")),
  ];
  press("Run");
  await screen.findByText("Waits for its turn …");
  await waitFor(() => send(runEvent(1, "RUNNING") + nodeEvent(2, "a")));
  await screen.findByText("1 of 2 steps done");
  send(nodeEvent(3, "b"));
  end("COMPLETED");
  expect((await screen.findByRole("region", { name: "The slogan" })).textContent).toContain("tea");
  await waitFor(() => expect(document.querySelector(".markdown strong")).toBeTruthy());
  const [first, second] = calls;
  expect(first?.body).toEqual({ product: "Tea", count: 1 });
  expect(second).toEqual({ ...first, prefer: "wait=20" });
  expect((product as HTMLTextAreaElement).value).toBe("Tea");
  answers = [Response.json(result("COMPLETED", "More"))];
  press("Run again");
  await screen.findByText("More");
  expect(calls[2]?.key).not.toBe(first?.key);
  expect(screen.queryByText(/demo model/)).toBeNull();
  answers = [Response.json(result("COMPLETED", "Demo"))];
  press("Run again");
  await screen.findByText(/A small demo model wrote this/);
});

test("problems of the server are said by field; a call that got no answer is the same once more", async () => {
  type(await opened(), "Tea");
  const problem = {
    ...{ code: "bad_input_value", message: "No tea today.", input: "product", nodeId: null },
    ...{ param: null, port: null, edgeId: null },
  };
  answers = [
    new Response("Bad gateway", { status: 502 }),
    Response.json({ detail: "No.", code: "invalid_graph", problems: [problem] }, { status: 422 }),
  ];
  press("Run");
  await screen.findByText("It did not start.");
  press("Run");
  await screen.findByText("No tea today.");
  expect(screen.getByText("Some fields need another value: see what is said there.")).toBeTruthy();
  expect(calls[1]).toEqual(calls[0]);
  type(screen.getByLabelText(/^Product/), "Coffee");
  expect(screen.queryByText("No tea today.")).toBeNull();
});

test("a call is cancelled", async () => {
  type(await opened(), "Tea");
  answers = [Response.json(result("RUNNING"), { status: 202 }), Response.json(result("CANCELLED"))];
  press("Run");
  await waitFor(() => send(runEvent(1, "RUNNING")));
  press("Cancel");
  await screen.findByText("It was stopped.");
  expect(screen.queryByRole("region", { name: "The slogan" })).toBeNull();
});

test("a page that is loaded again goes on with its call", async () => {
  type(await opened(), "Tea");
  answers = [Response.json(result("RUNNING"), { status: 202 })];
  press("Run");
  await waitFor(() => send(runEvent(1, "RUNNING")));
  cleanup();
  events = null;
  const failure = { code: "nodes_failed", message: "“Writer” failed. See each node." };
  answers = [Response.json(result("FAILED", null, failure))];
  const product = (await opened()) as HTMLTextAreaElement;
  await waitFor(() => send(nodeEvent(2, "a", { code: "refused", message: "It said no." })));
  end("FAILED");
  await screen.findByText("It said no.");
  expect(screen.queryByText(/Writer/)).toBeNull();
  expect(product.value).toBe("Tea");
  expect(calls[1]).toEqual(calls[0]);
  expect(sessionStorage).toHaveLength(0);
});

test("a function that is not there is said so", async () => {
  stubFetch(() =>
    Response.json({ detail: "There is none.", code: "function_not_found" }, { status: 404 }),
  );
  render(<FunctionPage name="slogan" />);
  await screen.findByText("There is no such form");
});
