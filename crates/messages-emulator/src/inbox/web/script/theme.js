// Light, dark, or as the system has it.

import { html, icon } from "./markup.js";
import { notice } from "./notice.js";
import { get, set, useStore } from "./store.js";

/** @type {Record<string, { next: string, picture: string, words: string }>} */
const THEMES = {
  "": { next: "light", picture: "system", words: "as the system" },
  light: { next: "dark", picture: "light", words: "light" },
  dark: { next: "", picture: "dark", words: "dark" },
};

export function startTheme() {
  set({ theme: document.documentElement.dataset.theme ?? "" });
}

export function changeTheme() {
  const { next } = THEMES[get().theme];
  set({ theme: next });
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // It lasts as long as the page.
  }
  notice(`Theme: ${THEMES[next].words}`, { key: "theme" });
}

export function ThemeButton() {
  const { picture, words } = THEMES[useStore((state) => state.theme)];
  const label = `Theme: ${words}`;
  return html`<button id="theme" class="icon" type="button" aria-label=${label} title=${label} onclick=${changeTheme}>
    ${icon(picture)}
  </button>`;
}
