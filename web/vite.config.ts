import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    emptyOutDir: true,
    manifest: true, // size.mjs reads it
    modulePreload: { polyfill: false }, // every browser that runs our pages preloads modules
    assetsInlineLimit: 0, // the policy of our pages allows no font from a data: address
    rollupOptions: {
      input: { index: "index.html", chat: "chat.html" },
      output: {
        // Other sites embed the chat with one script line, so its name stays; all else is
        // named by its content and may be kept by the browser for good.
        entryFileNames: (chunk) => (chunk.name === "chat" ? "assets/chat.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  // `npm run dev` beside a running `zhuomo serve`.
  server: { proxy: { "/api": "http://127.0.0.1:7788", "/sign-in": "http://127.0.0.1:7788", "/chat": "http://127.0.0.1:7788" } },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
});
