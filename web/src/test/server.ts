/** A server with one workflow, for tests: it keeps revisions, refuses stale saves, can be away. */

import { vi } from "vitest";
import type { Graph, GraphNode } from "../graph/document";

const AT = "2026-01-01T00:00:00Z";

/** What a request asks, as a test reads it. */
export interface AskedRequest {
  method: string;
  path: string;
  headers: Headers;
  /** What was sent as JSON; null: nothing. */
  json: unknown;
}

/** Answers every request of the page, until the test is over. */
export function stubFetch(answer: (asked: AskedRequest) => Response | Promise<Response>): void {
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.clone().text();
    const { method, headers } = request;
    return answer({
      method,
      path: pathname + search,
      headers,
      json: text ? JSON.parse(text) : null,
    });
  });
}

/** A workflow as the server answers it. */
export function storedWorkflow(graph: Graph, revision: number): Response {
  const about = { id: 1, revision, createdAt: AT, updatedAt: AT };
  const bare = { viewport: { x: 0, y: 0, zoom: 1 }, inputs: [], outputs: [] };
  return Response.json({ ...about, ...bare, ...graph });
}

export class FakeServer {
  /** What was asked, such as `PUT /api/workflows/1 5`: method, path, revision it is based on. */
  readonly asked: string[] = [];
  /** Answers everything instead of the server; null: it works. */
  instead: (() => Response | Promise<Response>) | null = null;
  problems: object[] = [];

  constructor(
    public graph: Graph,
    public revision = 5,
  ) {
    stubFetch((asked) => this.answer(asked));
  }

  /** What was sent to be saved. */
  get saves(): string[] {
    return this.asked.filter((each) => /^(PUT|PATCH)/.test(each));
  }

  /** Saves as another window or somebody else would. */
  savedElsewhere(graph: Graph): void {
    this.graph = graph;
    this.revision += 1;
  }

  private async answer({ method, path, headers, json }: AskedRequest): Promise<Response> {
    if (path.endsWith("/events")) return refusing(404)(); // nothing is told by itself
    const base = headers.get("If-Match");
    this.asked.push([method, path, base].filter(Boolean).join(" "));
    if (this.instead) return this.instead();
    if (path.endsWith("/check"))
      return Response.json({ problems: this.problems, warnings: [], outOfDate: [] });
    if (path.includes("/runs")) return Response.json({ items: [], nextCursor: null });
    if (method === "PUT" && Number(base) !== this.revision) {
      return Response.json({ detail: "Somebody saved.", code: "stale_revision" }, { status: 409 });
    }
    if (method === "PUT") this.save(json as Graph);
    if (method === "PATCH") return this.move(json as Moved);
    return storedWorkflow(this.graph, this.revision);
  }

  private save({ name, nodes, edges }: Graph): void {
    this.savedElsewhere({ name, nodes, edges });
  }

  private move({ positions }: Moved): Response {
    const moved = ({ id, position, ...rest }: GraphNode): GraphNode => {
      return { ...rest, id, position: positions[id] ?? position };
    };
    this.graph = { ...this.graph, nodes: this.graph.nodes.map(moved) };
    return new Response(null, { status: 204 });
  }
}

interface Moved {
  positions: Record<string, { x: number; y: number }>;
}

/** The server cannot be reached. */
export function unreachable(): Promise<Response> {
  return Promise.reject(new TypeError("Failed to fetch"));
}

export function refusing(status: number, body: object = {}): () => Response {
  return () => Response.json({ detail: "No.", code: "refused", ...body }, { status });
}
