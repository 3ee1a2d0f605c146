import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    target: "es2022",
    emptyOutDir: true,
    rollupOptions: {
      input: { index: "index.html", chat: "chat.html" },
      // Stable names: other sites embed the chat with one script line.
      output: { entryFileNames: "assets/[name].js", chunkFileNames: "assets/[name].js", assetFileNames: "assets/[name][extname]" },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
