import { readFileSync } from "node:fs";
import type { AppPlugin } from "./app.ts";

const FILES = [
  { path: "/docs", file: "docs.html", type: "text/html; charset=utf-8" },
  { path: "/docs.css", file: "docs.css", type: "text/css; charset=utf-8" },
  { path: "/docs.js", file: "docs.js", type: "text/javascript; charset=utf-8" },
] as const;

/** `/docs`: a page to try the API. It shares the live page's colours. */
export function docsPlugin(): AppPlugin {
  return (app) => {
    for (const { path, file, type } of FILES) {
      const content = readFileSync(new URL(`../../page/${file}`, import.meta.url));
      app.get(path, { exposeHeadRoute: false }, (_, reply) => reply.type(type).send(content));
    }
  };
}
