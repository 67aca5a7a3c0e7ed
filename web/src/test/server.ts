/** A server with one workflow, for tests: it keeps revisions, refuses stale saves, can be away. */

import { vi } from "vitest";
import type { Graph, GraphNode } from "../graph/document";

const AT = "2026-01-01T00:00:00Z";

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
    vi.stubGlobal("fetch", (path: string, init?: RequestInit) => this.answer(path, init));
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

  private async answer(path: string, init: RequestInit = {}): Promise<Response> {
    const { method = "GET", headers, body } = init;
    const base = new Headers(headers).get("If-Match");
    this.asked.push([method, path, base].filter(Boolean).join(" "));
    if (this.instead) return this.instead();
    if (path.endsWith("/check")) return Response.json({ problems: this.problems });
    if (path.includes("/runs")) return Response.json({ items: [], nextCursor: null });
    if (method === "PUT" && Number(base) !== this.revision) {
      return Response.json({ detail: "Somebody saved.", code: "stale_revision" }, { status: 409 });
    }
    if (method === "PUT") this.save(JSON.parse(body as string) as Graph);
    if (method === "PATCH") this.move(JSON.parse(body as string) as Moved);
    return Promise.resolve(this.workflow());
  }

  private save({ name, nodes, edges }: Graph): void {
    this.savedElsewhere({ name, nodes, edges });
  }

  private move({ positions }: Moved): void {
    const moved = ({ id, position, ...rest }: GraphNode): GraphNode => {
      return { ...rest, id, position: positions[id] ?? position };
    };
    this.graph = { ...this.graph, nodes: this.graph.nodes.map(moved) };
  }

  private workflow(): Response {
    const { revision } = this;
    const viewport = { x: 0, y: 0, zoom: 1 };
    return Response.json({ id: 1, revision, viewport, updatedAt: AT, ...this.graph });
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
