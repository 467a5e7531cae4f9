import { installTestPrograms } from "./test-programs.ts";

try {
  installTestPrograms();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
