// The page to try the API: made of openapi.json. Every text is set as text. The token stays in this page's memory.
const get = (id) => document.getElementById(id);
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
// Line breaks and tabs stand; what turns the writing direction does not.
const safe = (text) => text.replaceAll(UNSAFE, (character) => ("\n\t".includes(character) ? character : "\uFFFD"));
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children.map((child) => (typeof child === "string" ? safe(child) : child)));
  return element;
};
/** Text with `code` in it. */
const prose = (text) =>
  text.split(/`([^`]*)`/).map((part, index) => (index % 2 === 1 ? make("code", {}, part) : safe(part)));

const KEEP_MESSAGES = 200;
const SHOW_BYTES = 200_000;
let api;
let operations = [];
/** Ends what the operation that is shown has going on. */
let leave = () => {};

// ---------------------------------------------------------------- the document

const resolve = (schema) => {
  const name = schema?.$ref?.split("/").at(-1);
  return name === undefined ? schema : { title: name, ...api.components.schemas[name] };
};

/** A value that fits a schema: what is required, or the first field where nothing is. */
function example(schema) {
  const { type, properties = {}, required = [], anyOf, enum: values, const: only, items } = resolve(schema);
  if (only !== undefined) return only;
  if (values !== undefined) return values[0];
  if (anyOf !== undefined) return example(anyOf[0]);
  if (type === "array") return [example(items)];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  if (type === "string") return "text";
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, example(properties[name])]));
}

const typeName = (schema) => {
  const { title, type, anyOf, oneOf, enum: values, const: only, items, format } = resolve(schema);
  if (only !== undefined) return JSON.stringify(only);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (anyOf ?? oneOf) return [...new Set((anyOf ?? oneOf).map(typeName))].join(" | ");
  if (type === "array") return `${typeName(items)}[]`;
  return title ?? format ?? type ?? "anything";
};

/** Fields of a schema, those within when they are opened. */
function outline(schema) {
  const resolved = resolve(schema);
  const variants = resolved.anyOf ?? resolved.oneOf;
  if (resolved.type === "array") return outline(resolved.items);
  if (variants !== undefined && variants.some((each) => resolve(each).properties ?? resolve(each).anyOf)) {
    return make("ul", {}, ...variants.map((each) => field(labelOf(each), each, true)));
  }
  const { properties, required = [] } = resolved;
  if (properties === undefined) return undefined;
  return make(
    "ul",
    {},
    ...Object.entries(properties).map(([name, each]) => field(name, each, required.includes(name))),
  );
}

const labelOf = (schema) => resolve(schema).properties?.type?.const ?? resolve(schema).title ?? typeName(schema);

function field(name, schema, required) {
  const description = schema.description ?? resolve(schema).description;
  const head = [
    make("code", {}, required ? name : `${name}?`),
    " ",
    make("span", { class: "type" }, typeName(schema)),
    ...(description === undefined ? [] : [" ", ...prose(description)]),
  ];
  const inner = hasFields(schema);
  if (!inner) return make("li", {}, ...head);
  const details = make("details", {}, make("summary", {}, ...head));
  // Made when it is looked at: schemas refer to each other without end.
  details.addEventListener("toggle", () => details.append(outline(schema)), { once: true });
  return make("li", {}, details);
}

function hasFields(schema) {
  const { type, items, properties, anyOf, oneOf } = resolve(schema);
  if (type === "array") return hasFields(items);
  return (
    properties !== undefined || (anyOf ?? oneOf ?? []).some((each) => resolve(each).properties ?? resolve(each).anyOf)
  );
}

// ---------------------------------------------------------------- the list

function drawList() {
  const wanted = get("find").value.trim().toLowerCase();
  const found = operations.filter(({ search }) => search.includes(wanted));
  const tags = Map.groupBy(found, ({ tag }) => tag);
  const current = location.hash.slice(1);
  get("list").replaceChildren(
    ...[...tags].flatMap(([tag, members]) => [
      make("h2", {}, tag),
      make(
        "ul",
        {},
        ...members.map(({ id, method, path }) =>
          make(
            "li",
            {},
            make(
              "a",
              { href: `#${id}`, "aria-current": id === current ? "page" : undefined },
              make("span", { class: "method", "data-method": method }, method.toUpperCase()),
              path.replace("/api/v1", ""),
            ),
          ),
        ),
      ),
    ]),
    make("h2", {}, "More"),
    make(
      "ul",
      {},
      make(
        "li",
        {},
        make("a", { href: "#errors", "aria-current": current === "errors" ? "page" : undefined }, "Errors"),
      ),
    ),
    ...(found.length === 0 ? [make("p", { class: "empty" }, "No operation is called so.")] : []),
  );
}

// ---------------------------------------------------------------- one operation

function drawOperation({ id, method, path, operation }) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const bodySchema = requestBody?.content["application/json"].schema;
  const isStream = id === "streamEvents";
  const form = make("form", { "aria-label": summary, novalidate: "" });
  const inputs = parameters.filter(({ name }) => !(isStream && name === "ticket")).map(parameterInput);
  if (inputs.length > 0)
    form.append(make("div", { class: "fields" }, ...inputs.flatMap(({ label, cell }) => [label, cell])));
  const body = make("textarea", { id: "body", rows: "8", spellcheck: "false" });
  if (bodySchema !== undefined) {
    body.value = JSON.stringify(example(bodySchema), null, 2);
    form.append(make("p", {}, make("label", { for: "body" }, "Body (JSON)")), body);
  }
  const send = make("button", { type: "submit", class: "main" }, isStream ? "Open the stream" : "Send");
  const stop = make("button", { type: "button", hidden: "" }, "Stop");
  const copy = make("button", { type: "button" }, "Copy as curl");
  form.append(make("p", { class: "actions" }, send, stop, copy));
  const curl = make("pre", { tabindex: "0", "aria-label": "The same with curl" });
  const result = make("div", { "aria-live": "polite" });

  const read = () => {
    const filled = inputs
      .map(({ parameter, input }) => ({ ...parameter, value: input.value.trim() }))
      .filter(({ value }) => value !== "");
    let url = path;
    for (const { name, value } of filled.filter(({ in: where }) => where === "path")) {
      url = url.replace(`{${name}}`, encodeURIComponent(value));
    }
    const query = new URLSearchParams(
      filled.filter(({ in: where }) => where === "query").map(({ name, value }) => [name, value]),
    );
    return { url: query.size > 0 ? `${url}?${query}` : url, body: bodySchema === undefined ? undefined : body.value };
  };
  const drawCurl = () => {
    curl.textContent = safe(curlLine(method, read(), isStream, operation.security.length > 0));
  };
  form.addEventListener("input", drawCurl);
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(curl.textContent).then(
      () => (copy.textContent = "Copied"),
      () => (copy.textContent = "Copy it by hand"),
    );
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.ariaDisabled === "true") return;
    const missing = inputs.find(({ parameter, input }) => parameter.required && input.value.trim() === "");
    if (missing !== undefined) {
      missing.input.focus();
      result.replaceChildren(
        make("p", { class: "status", "data-good": "false" }, `${missing.parameter.name} is needed.`),
      );
      return;
    }
    leave();
    const ending = new AbortController();
    leave = () => ending.abort();
    // Not `disabled`: that would take the focus from whoever sends by keyboard.
    send.ariaDisabled = "true";
    stop.hidden = !isStream;
    const run = isStream ? openStream : sendOnce;
    await run(method, read(), result, ending.signal).catch((error) => {
      if (!ending.signal.aborted) showFailure(result, error);
    });
    send.ariaDisabled = null;
    stop.hidden = true;
  });
  stop.addEventListener("click", () => leave());
  drawCurl();

  get("operation").replaceChildren(
    make(
      "section",
      {},
      make(
        "h1",
        {},
        make("span", { class: "method", "data-method": method }, method.toUpperCase()),
        " ",
        make("code", {}, path),
      ),
      make("p", {}, ...prose(`${summary}. ${description ?? ""}`)),
      make(
        "p",
        { class: "muted" },
        ...prose(
          operation["x-verb"] === undefined
            ? "Needs no token."
            : `Needs a token with the verb \`${operation["x-verb"]}\`.`,
        ),
      ),
      form,
      curl,
    ),
    make("section", { "aria-label": "Reply" }, make("h2", {}, "Reply"), result),
    make("section", { class: "schema" }, make("h2", {}, "What it replies"), ...replies(responses)),
  );
  result.append(make("p", { class: "empty" }, isStream ? "The stream is not open." : "Nothing sent yet."));
}

function parameterInput(parameter) {
  const { name, required, description, schema } = parameter;
  const { enum: values, type } = resolve(schema);
  const id = `parameter-${name}`;
  const described = description === undefined ? undefined : `${id}-about`;
  const about =
    schema.anyOf?.some((each) => each.type === "array") === true ? `${description ?? ""} Several: a,b` : description;
  const attributes = { id, "aria-describedby": described, "aria-required": required ? "true" : undefined };
  const input =
    values === undefined
      ? make("input", {
          ...attributes,
          type: type === "integer" || type === "number" ? "number" : "text",
          autocomplete: "off",
          spellcheck: "false",
          placeholder: schema.default === undefined ? undefined : String(schema.default),
        })
      : make(
          "select",
          attributes,
          make("option", { value: "" }, "–"),
          ...values.map((value) => make("option", { value }, String(value))),
        );
  const label = make("label", { for: id, class: required ? "required" : undefined }, name);
  const cell = make(
    "div",
    {},
    input,
    ...(described === undefined ? [] : [make("small", { id: described }, ...prose(about))]),
  );
  return { parameter, input, label, cell };
}

function replies(responses) {
  return Object.entries(responses).map(([status, { description, content = {} }]) => {
    // That errors are problems is said once, on the page of errors.
    const types = Number(status) >= 400 ? [] : Object.keys(content);
    const schema = content[types[0]]?.schema;
    const head = [
      make("code", {}, status),
      " ",
      ...prose(description),
      ...(types.length > 0 ? [make("span", { class: "muted" }, types.join(", "))] : []),
    ];
    const fields = schema === undefined || Number(status) >= 400 ? undefined : outline(schema);
    return fields === undefined ? make("p", {}, ...head) : make("details", {}, make("summary", {}, ...head), fields);
  });
}

function drawErrors() {
  const rows = api["x-errors"].map(({ code, status, meaning, remedy }) =>
    make(
      "tr",
      { id: `error-${code}` },
      make("th", { scope: "row" }, make("code", {}, code)),
      make("td", {}, String(status)),
      make("td", {}, ...prose(meaning)),
      make("td", {}, ...prose(remedy)),
    ),
  );
  const head = ["Code", "Status", "Cause", "Remedy"].map((title) => make("th", { scope: "col" }, title));
  get("operation").replaceChildren(
    make(
      "section",
      {},
      make("h1", {}, "Errors"),
      make(
        "p",
        {},
        ...prose("Replies with an error status are `application/problem+json` (RFC 9457). Programs go by `code`."),
      ),
      make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)),
    ),
  );
}

// ---------------------------------------------------------------- sending

const headersFor = (body) => ({
  ...(get("token").value === "" ? {} : { authorization: `Bearer ${get("token").value.trim()}` }),
  ...(body === undefined ? {} : { "content-type": "application/json" }),
});

/** For a shell: the token is left to its variable. */
function curlLine(method, { url, body }, isStream, wantsToken) {
  const quote = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return [
    `curl${isStream ? " -N" : ""}${method === "get" ? "" : ` -X ${method.toUpperCase()}`}`,
    ...(wantsToken ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(body === undefined
      ? []
      : [`-H 'Content-Type: application/json' -d ${quote(body.replaceAll(/\s*\n\s*/g, " "))}`]),
    quote(new URL(url, location.href).href),
  ].join(" ");
}

async function sendOnce(method, { url, body }, result, signal) {
  const began = performance.now();
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: headersFor(body),
    body,
    signal,
    cache: "no-store",
  });
  const text = await response.text();
  const ms = Math.round(performance.now() - began);
  const shown =
    text.length > SHOW_BYTES
      ? `${text.slice(0, SHOW_BYTES)}\n… ${text.length - SHOW_BYTES} more characters`
      : pretty(text);
  const about = [response.headers.get("content-type"), `${ms} ms`, `${text.length} characters`].filter(
    (part) => part !== null,
  );
  result.replaceChildren(
    statusLine(response, about.join(", ")),
    ...(text === "" ? [] : [make("pre", { tabindex: "0", "aria-label": "Body of the reply" }, shown)]),
  );
}

async function openStream(method, { url }, result, signal) {
  const response = await fetch(url, {
    headers: { ...headersFor(), accept: "text/event-stream" },
    signal,
    cache: "no-store",
  });
  if (!response.ok) {
    result.replaceChildren(
      statusLine(response, ""),
      make("pre", { tabindex: "0", "aria-label": "Body of the reply" }, pretty(await response.text())),
    );
    return;
  }
  const line = statusLine(response, "open");
  const list = make("ol", { id: "messages", tabindex: "0", "aria-label": "Messages of the stream, newest first" });
  result.replaceChildren(line, list);
  // Who listens to the page is not told of each message.
  list.setAttribute("aria-live", "off");
  let rest = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of response.body) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      rest = parts.pop();
      for (const part of parts) showMessage(list, part);
    }
  } finally {
    line.append(signal.aborted ? " · stopped" : " · ended by the server");
  }
}

function showMessage(list, text) {
  const lines = Map.groupBy(text.split("\n"), (line) => line.slice(0, line.indexOf(":")));
  const value = (name) =>
    lines
      .get(name)
      ?.map((line) => line.slice(name.length + 1).trimStart())
      .join("\n");
  const data = value("data");
  if (data === undefined) return;
  const summary = make("summary", {}, make("strong", {}, value("event") ?? "message"), ` ${value("id") ?? ""}`);
  const details = make("details", {}, summary);
  details.addEventListener(
    "toggle",
    () => details.append(make("pre", { tabindex: "0", "aria-label": "The message" }, pretty(data))),
    { once: true },
  );
  list.prepend(make("li", {}, details));
  while (list.childElementCount > KEEP_MESSAGES) list.lastElementChild.remove();
}

function statusLine(response, about) {
  return make(
    "p",
    { class: "status", "data-good": String(response.ok) },
    make("strong", {}, `${response.status} ${response.statusText}`),
    about === "" ? "" : ` · ${about}`,
  );
}

function showFailure(result, error) {
  result.replaceChildren(
    make("p", { class: "status", "data-good": "false" }, `The server cannot be reached: ${error.message}`),
  );
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// ---------------------------------------------------------------- the reader's own wishes

function draw(focus) {
  leave();
  leave = () => {};
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted === "errors" || wanted.startsWith("error-")) drawErrors();
  else {
    const found = operations.find(({ id }) => id === wanted) ?? operations[0];
    if (found !== undefined) drawOperation(found);
  }
  drawList();
  const target = wanted.startsWith("error-") ? get(wanted) : undefined;
  if (target !== undefined) {
    // The row was not there when the browser looked for it.
    target?.setAttribute("data-named", "");
    target?.scrollIntoView();
  } else if (focus) {
    get("operation").focus();
    get("operation").scrollIntoView();
  }
}

// The address that the demo prints has its token behind #, where no server sees it; it goes from the address at once.
const fromAddress = new URLSearchParams(location.hash.slice(1)).get("token");
if (fromAddress !== null) {
  history.replaceState(null, "", location.pathname);
  get("token").value = fromAddress;
}
const drawHint = () => {
  get("token-hint").hidden = get("token").value !== "";
};
get("token").addEventListener("input", drawHint);
get("token-form").addEventListener("submit", (event) => event.preventDefault());
get("show-token").addEventListener("click", () => {
  const hidden = get("token").type === "password";
  get("token").type = hidden ? "text" : "password";
  get("show-token").setAttribute("aria-pressed", String(hidden));
  get("show-token").textContent = hidden ? "Hide" : "Show";
});
get("find").addEventListener("input", drawList);
addEventListener("hashchange", () => draw(true));
drawHint();

try {
  const response = await fetch("api/v1/openapi.json");
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  api = await response.json();
  operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      tag: operation.tags[0],
      method,
      path,
      operation,
      search: `${method} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase(),
    })),
  );
  draw(false);
} catch (error) {
  get("trouble").hidden = false;
  get("trouble").textContent = `The description of the API cannot be read: ${error.message}. Reload the page.`;
}
