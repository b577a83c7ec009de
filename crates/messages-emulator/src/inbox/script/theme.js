// Light, dark, or as the system has it.

import { icon } from "./dom.js";

const NEXT = { "": "light", light: "dark", dark: "" };
const ICON = { "": "system", light: "light", dark: "dark" };
const NAME = { "": "as the system", light: "light", dark: "dark" };

const theme = () => document.documentElement.dataset.theme ?? "";

export function nextTheme() {
  const next = NEXT[theme()];
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // It lasts as long as the page.
  }
  return NAME[next];
}

export function labelTheme(button) {
  const label = `Theme: ${NAME[theme()]}`;
  button.replaceChildren(icon(ICON[theme()]));
  button.title = label;
  button.setAttribute("aria-label", label);
}
