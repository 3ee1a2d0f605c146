import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** LongestFirst begins with the long files, so that two workers end together. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const long = ["pages", "faults", "hostile", "numbers"];
    const place = (f: TestSpecification) => (long.findIndex((name) => f.moduleId.endsWith(`/${name}.spec.ts`)) + long.length + 1) % (long.length + 1);
    return [...files].sort((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

// Browser tests: the real program from bin/, a real Chromium. Two at a time: much of them is waiting. What fails
// on a busy machine is tried once more, and told (retry x1).
export default defineConfig({
  test: { include: ["e2e/**/*.spec.ts"], globalSetup: "e2e/demo.ts", testTimeout: 120_000, hookTimeout: 180_000, maxWorkers: 2, retry: 1, sequence: { sequencer: LongestFirst } },
});
