import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { files: ["script/**"], languageOptions: { globals: globals.browser } },
  { files: ["script/theme-early.js"], languageOptions: { sourceType: "script" } },
  { files: ["test/**"], languageOptions: { globals: globals.node } },
];
