import { defineConfig } from "vitest/config";

// Makes the pictures of docs/guide/img from the running program: make guide-pictures.
export default defineConfig({
  test: { include: ["e2e/guide.pictures.ts"], globalSetup: "e2e/demo.ts", testTimeout: 300_000, hookTimeout: 180_000 },
});
