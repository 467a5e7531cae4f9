import { defineConfig } from "vitest/config";

const conditions = ["@cordboard/source"];
const everywhere = ["packages/*/src/**", "packages/*/tools/**", "lab/src/**", "tools/**"];
const ofKind = (kind: string): string[] => everywhere.map((folder) => `${folder}/*.${kind}test.ts`);

/** Three kinds of tests: those that need nothing, those that need the real Asterisk, those that need Chromium. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ofKind(""),
          exclude: [...ofKind("lab."), ...ofKind("browser."), "**/node_modules/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "lab",
          include: ofKind("lab."),
          globalSetup: ["lab/src/vitest-lab.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: "browser", include: ofKind("browser."), testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
