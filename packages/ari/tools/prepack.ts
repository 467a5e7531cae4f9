import { join } from "node:path";
import { bundle } from "./bundle.ts";

// Runs before `npm pack`: what is published is the bundle, with the declarations that `tsc -b` wrote beside it.
await bundle(join(import.meta.dirname, "../dist"));
