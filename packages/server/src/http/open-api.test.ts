import { newTokenSchema, streamMessageSchema, subscriptionSchema, tokenSchema } from "@cordboard/sdk/schemas";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bearer, testApp } from "../testing/test-app.ts";
import { API_ERRORS } from "./api-error.ts";
import { defineRoute } from "./define-route.ts";
import type { Route } from "./define-route.ts";
import { openApiDocument } from "./open-api.ts";

type Json = Record<string, unknown>;

const routes: Route[] = [
  defineRoute({
    method: "GET",
    path: "/tokens/{id}",
    operationId: "getToken",
    tag: "tokens",
    verb: "admin",
    summary: "One token",
    params: z.object({ id: z.string().describe("Its id.") }),
    query: z.object({ limit: z.coerce.number().int().max(10).default(5), pbx: z.string().optional() }),
    reply: { description: "The token", schema: z.object({ items: z.array(tokenSchema) }) },
    errors: ["NOT_FOUND"],
    handle: () => ({ items: [] }),
  }),
  defineRoute({
    method: "POST",
    path: "/tokens",
    operationId: "createToken",
    tag: "tokens",
    verb: "admin",
    summary: "Make one",
    body: newTokenSchema,
    reply: { status: 201, description: "Made", schema: tokenSchema },
    handle: () => {
      throw new Error("not called");
    },
  }),
  defineRoute({
    method: "GET",
    path: "/events",
    operationId: "streamEvents",
    tag: "events",
    verb: "read",
    summary: "Events",
    query: subscriptionSchema,
    stream: true,
    ticket: true,
    reply: { description: "Messages", schema: streamMessageSchema, contentTypes: ["text/event-stream"] },
    handle: () => undefined as never,
  }),
];

const document = openApiDocument(routes, "1.2.3");
const at = (path: string): unknown =>
  path.split("/").reduce<unknown>((value, key) => (value as Json | undefined)?.[key.replaceAll("~1", "/")], document);

/** All values of a key, anywhere in the document. */
function all(key: string, value: unknown = document): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [...(name === key ? [each] : []), ...all(key, each)]);
}

describe("the OpenAPI document", () => {
  it("has each route once, with an id of its own", () => {
    const ids = all("operationId");
    expect(ids).toEqual(["getToken", "createToken", "streamEvents"]);
    expect(at("paths/~1api~1v1~1tokens~1{id}/get/summary")).toBe("One token");
  });

  it("refers to nothing that is not there, and names no schema that nobody uses", () => {
    const refs = new Set(all("$ref").map(String));
    expect(refs.size).toBeGreaterThan(20);
    expect([...refs].filter((ref) => at(ref.slice(2)) === undefined)).toEqual([]);
    const named = Object.keys(at("components/schemas") as Json).map((name) => `#/components/schemas/${name}`);
    expect(named.filter((name) => !refs.has(name))).toEqual([]);
  });

  it("describes parameters, bodies and replies with the schemas that check them", () => {
    expect(at("paths/~1api~1v1~1tokens~1{id}/get/parameters")).toEqual([
      { name: "id", in: "path", required: true, description: "Its id.", schema: { type: "string" } },
      {
        name: "limit",
        in: "query",
        required: false,
        schema: { type: "integer", default: 5, minimum: -9007199254740991, maximum: 10 },
      },
      { name: "pbx", in: "query", required: false, schema: { type: "string" } },
    ]);
    expect(at("paths/~1api~1v1~1tokens/post/requestBody/content/application~1json/schema")).toEqual({
      $ref: "#/components/schemas/NewToken",
    });
    expect(at("components/schemas/NewToken/additionalProperties")).toBe(false);
    expect(at("components/schemas/Token/additionalProperties")).toBeUndefined();
  });

  it("says of each operation which token it asks for and which errors it has", () => {
    expect(at("paths/~1api~1v1~1tokens/post/security")).toEqual([{ token: [] }]);
    expect(at("paths/~1api~1v1~1events/get/security")).toEqual([{ token: [] }, { ticket: [] }]);
    const codes = all("x-codes", at("paths/~1api~1v1~1tokens~1{id}/get")).flat();
    expect(codes).toEqual(expect.arrayContaining(["NOT_FOUND", "TOKEN_REQUIRED", "FORBIDDEN", "BAD_REQUEST"]));
    expect(Object.keys(API_ERRORS)).toEqual(expect.arrayContaining(all("x-codes").flat() as string[]));
    expect((at("x-errors") as Json[]).map(({ code }) => code)).toEqual(Object.keys(API_ERRORS));
  });

  it("is told without a token, and includes itself", async () => {
    const { app } = await testApp({ routes });
    const response = await app.inject({ url: "/api/v1/openapi.json", headers: { host: "localhost" } });
    expect(response.statusCode).toBe(200);
    expect(Object.keys(response.json().paths)).toContain("/api/v1/openapi.json");
    for (const path of Object.keys(response.json().paths)) {
      const url = path.replaceAll(/\{\w+\}/g, "x");
      const [method = "get"] = Object.keys(response.json().paths[path]);
      const answer = await app.inject({
        method: method as "get",
        url,
        headers: { host: "localhost", ...bearer("wrong") },
      });
      expect([200, 401]).toContain(answer.statusCode);
    }
    await app.close();
  });
});
