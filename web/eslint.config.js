import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Which folder may import which: see web/README.md. */
const forbid = (files, group, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [{ group, message }] }] },
});

export default defineConfig(
  { ignores: ["dist", "node_modules", "src/generated"] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  { languageOptions: { parserOptions: { projectService: true } } },
  {
    rules: {
      complexity: ["error", 14],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 90, skipComments: true }],
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Draw with React: what users or models wrote is text." },
        { property: "outerHTML", message: "Draw with React: what users or models wrote is text." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "What users or models wrote is text, never HTML.",
        },
      ],
      "@typescript-eslint/array-type": ["error", { default: "array" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  forbid(
    ["src/graph/**"],
    [
      "react",
      "react-dom",
      "zustand",
      "@xyflow/*",
      "**/stores/*",
      "**/api/*",
      "**/sync/*",
      "**/ui/*",
    ],
    "src/graph is pure: data in, data out.",
  ),
  forbid(
    ["src/api/**", "src/stores/**", "src/sync/**"],
    [
      "react-dom",
      "**/ui/**",
      "**/canvas/**",
      "**/nodes/**",
      "**/panels/**",
      "**/pages/**",
      "**/app/**",
    ],
    "What is known and saved does not depend on how it is drawn.",
  ),
  {
    files: ["**/*.test.ts", "**/*.test.tsx"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
