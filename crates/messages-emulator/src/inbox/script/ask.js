// A small dialogue with some fields.

import { button, h } from "./dom.js";

/** Asks for the fields; what was filled in, or `null`. */
export function ask(title, fields) {
  return new Promise((resolve) => {
    const inputs = fields.map(({ name, label, value, type = "text", optional = false, min, max }) => {
      const input = h("input", {
        name,
        type,
        min,
        max,
        step: type === "number" ? "any" : null,
        required: !optional,
        autocomplete: "off",
      });
      input.value = value;
      return { name, input, row: h("label", {}, h("span", {}, optional ? `${label} (optional)` : label), input) };
    });
    let filled = null;
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "ask-title" }, title),
      inputs.map(({ row }) => row),
      h(
        "div",
        { class: "ends" },
        button("Cancel", {}, () => dialog.close()),
        h("button", { class: "primary" }, "Send"),
      ),
    );
    const dialog = h("dialog", { class: "ask", "aria-labelledby": "ask-title" }, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      filled = Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()]));
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(filled);
    });
    document.body.append(dialog);
    dialog.showModal();
    inputs[0]?.input.select();
  });
}
