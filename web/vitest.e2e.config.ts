import { defineConfig } from "vitest/config";

// Browser tests: the real program from bin/, a real Chromium. One at a time: two cores.
export default defineConfig({
  test: { include: ["e2e/**/*.spec.ts"], globalSetup: "e2e/demo.ts", testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false },
});
