import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds a running Nodeloom. */
const API = process.env["NODELOOM_API"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    assetsDir: "editor",
    manifest: true, // for web/scripts/bundle_size.py
    assetsInlineLimit: 0, // the content security policy has no place for data: addresses
    modulePreload: { polyfill: false }, // an inline script
    target: "es2022",
    chunkSizeWarningLimit: 1000, // in kB; web/scripts/bundle_size.py has the budget
    reportCompressedSize: false,
    rolldownOptions: {
      treeshake: { manualPureFunctions: ["z"] },
      // Zod is told not to make code before the first schema is made, whichever part has that.
      output: {
        codeSplitting: { groups: [{ name: "zod", test: /src\/setup|node_modules\/zod\// }] },
      },
    },
  },
  server: { proxy: { "/api": API } },
});
