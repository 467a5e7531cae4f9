import { OPERATIONS } from "../../packages/ari/src/generated/operations.ts";
import { STREAM_TYPES } from "./measured.ts";

// ari-client reads the server's description at each start. This one has every operation and parameter, but only the
// models that the stream needs and no sentences: about a quarter of Asterisk's own 193 kB, in that library's favour.

const parameter = (name: string, paramType: string, required: boolean): object => ({
  name,
  description: "",
  paramType,
  required,
  allowMultiple: false,
  dataType: "string",
});

const property = (type: string): object => ({ type, description: "", required: true });

function apis(resource: keyof typeof OPERATIONS): object[] {
  return Object.entries(OPERATIONS[resource]).map(([nickname, spec]) => {
    const inPath = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => parameter(name, "path", true));
    const query = (spec.query ?? []).map((name) => parameter(name, "query", false));
    const body = spec.body === undefined ? [] : [parameter(spec.body, "body", false)];
    const operation = {
      httpMethod: spec.method,
      summary: "",
      nickname,
      responseClass: "void",
      parameters: [...inPath, ...query, ...body],
    };
    return { path: spec.path, description: "", operations: [operation] };
  });
}

const channel = {
  id: "Channel",
  properties: { id: property("string"), name: property("string"), state: property("string") },
};

function eventModels(): object {
  const events = STREAM_TYPES.map((type) => [type, { id: type, properties: { channel: property("Channel") } }]);
  const base = { id: "Event", subTypes: STREAM_TYPES, properties: { application: property("string") } };
  const message = {
    id: "Message",
    discriminator: "type",
    subTypes: ["Event"],
    properties: { type: property("string") },
  };
  return Object.fromEntries([["Message", message], ["Event", base], ...events]) as object;
}

/** The description files by path below `/ari/api-docs/`, for a server at `port`. */
export function description(port: number): ReadonlyMap<string, string> {
  const head = { apiVersion: "10.0.0", swaggerVersion: "1.1", basePath: `http://127.0.0.1:${port}/ari` };
  const names = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];
  const list = { ...head, apis: names.map((name) => ({ path: `/api-docs/${name}.{format}`, description: name })) };
  const models = (name: string): object =>
    name === "events" ? eventModels() : name === "channels" ? { Channel: channel } : {};
  return new Map([
    ["resources.json", JSON.stringify(list)],
    ...names.map((name): [string, string] => [
      `${name}.json`,
      JSON.stringify({ ...head, resourcePath: `/api-docs/${name}.{format}`, apis: apis(name), models: models(name) }),
    ]),
  ]);
}
