import { eventTypes, problemSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { API_ERRORS } from "./api-error.ts";
import type { ApiErrorCode } from "./api-error.ts";
import { defineRoute } from "./define-route.ts";
import type { Route } from "./define-route.ts";

type Json = Record<string, unknown>;

/** `GET /openapi.json`: describes the other routes and itself. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  let document: Json | undefined;
  const route = defineRoute({
    method: "GET",
    path: "/openapi.json",
    operationId: "describeApi",
    tag: "about",
    verb: undefined,
    summary: "This description",
    reply: { description: "OpenAPI 3.1", schema: z.record(z.string(), z.unknown()) },
    handle: () => document,
  });
  document = openApiDocument([...routes, route], version);
  return route;
}

/** The description of the API in OpenAPI 3.1, out of the same schemas that check requests. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  components.add(problemSchema);
  for (const route of routes) {
    const path = `/api/v1${route.path}`;
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Cordboard",
      version,
      description:
        "Calls, extensions, queues and more of Asterisk PBXs: as they are, as a stream of numbered events, and as a history. " +
        `Types of events: ${eventTypes.join(", ")}.`,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "Made with `cordboard token create`." },
        ticket: {
          type: "apiKey",
          in: "query",
          name: "ticket",
          description: "One use, 30 seconds: `POST /api/v1/tickets`.",
        },
      },
    },
    "x-errors": Object.entries(API_ERRORS).map(([code, [status, meaning, remedy]]) => ({
      code,
      status,
      meaning,
      remedy,
    })),
  };
}

function operation(route: Route, components: Components): Json {
  const { status = 200, description, schema, contentTypes = ["application/json"] } = route.reply;
  const body = schema === undefined ? {} : components.add(schema);
  const hasContent = schema !== undefined || route.reply.contentTypes !== undefined;
  const security = route.verb === undefined ? [] : [{ token: [] }, ...(route.ticket === true ? [{ ticket: [] }] : [])];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.verb === undefined ? {} : { "x-verb": route.verb }),
    security,
    parameters: [...parameters("path", route.params, components), ...parameters("query", route.query, components)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: components.add(route.body) } } } }),
    responses: {
      [status]: {
        description,
        ...(hasContent ? { content: Object.fromEntries(contentTypes.map((type) => [type, { schema: body }])) } : {}),
      },
      ...problems(route),
    },
  };
}

function parameters(place: "path" | "query", schema: z.ZodObject | undefined, components: Components): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, value]) => {
    const { description, ...rest } = components.add(value as z.ZodType) as { description?: string };
    const optional = place === "query" && (value as z.ZodType).safeParse(undefined).success;
    return {
      name,
      in: place,
      required: !optional,
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

/** Codes that a route can answer with, by status. */
function problems(route: Route): Json {
  const codes: ApiErrorCode[] = ["BAD_REQUEST", "HOST_NOT_ALLOWED", "INTERNAL", ...(route.errors ?? [])];
  if (route.verb !== undefined) {
    codes.push("TOKEN_REQUIRED", "TOKEN_INVALID", "TOKEN_IN_URL", "FORBIDDEN", "RATE_LIMITED", "STORAGE_UNAVAILABLE");
  }
  if (route.ticket === true) codes.push("TICKET_INVALID", "ORIGIN_NOT_ALLOWED");
  if (route.stream === true) codes.push("TOO_MANY_STREAMS");
  if (route.body !== undefined) codes.push("BODY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE");
  const byStatus = Map.groupBy(new Set(codes), (code) => API_ERRORS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.map((code) => `\`${code}\`: ${API_ERRORS[code][1]}`).join(" "),
        "x-codes": names,
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}

/** Collects schemas that have a name (`.meta({ id })`); the others stay where they are used. */
class Components {
  readonly schemas: Record<string, unknown> = {};

  /** The schema as JSON Schema, with references to the named ones. */
  add(schema: z.ZodType): Json {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = pointHere(
      z.toJSONSchema(schema, {
        io: "input",
        unrepresentable: "any",
        override: ({ jsonSchema }) => {
          // The format says it; the pattern that goes with it is longer than the rest of the document.
          if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
        },
      }),
    ) as { $schema?: string; $defs?: Json } & Json;
    Object.assign(this.schemas, $defs);
    return rest;
  }
}

/** Moves references from the schema's own definitions to the document's. */
function pointHere(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointHere);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === "$ref" && typeof each === "string" ? each.replace("#/$defs/", "#/components/schemas/") : pointHere(each),
    ]),
  );
}
