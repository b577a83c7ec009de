// Credentials as the lines that set them.

/** @import { Credentials } from "../types.js" */

/** @typedef {"export" | ".env" | "PowerShell"} Format */

/** @type {Format[]} */
export const FORMATS = ["export", ".env", "PowerShell"];

/** The names that the SDK and the command line read, each with its value. */
const NAMES = /** @type {const} */ ([
  ["VONAGE_API_KEY", "api_key"],
  ["VONAGE_API_SECRET", "api_secret"],
  ["VONAGE_APPLICATION_ID", "application_id"],
  ["VONAGE_SIGNATURE_SECRET", "signature_secret"],
]);

const SECRET = /SECRET$/;
const MASK = "••••••••";

/**
 * @param {Format} format
 * @param {string} name
 * @param {string} value
 */
function line(format, name, value) {
  if (format === "PowerShell") return `$env:${name} = '${value.replaceAll("'", "''")}'`;
  if (format === "export") return `export ${name}='${value.replaceAll("'", "'\\''")}'`;
  return `${name}=${/^[\w.:-]*$/.test(value) ? value : JSON.stringify(value)}`;
}

/**
 * The lines; a secret that was given at the start is a comment in its place.
 * @param {Credentials} credentials
 * @param {Format} format
 * @param {boolean} isShown  with the secrets
 */
export function environment(credentials, format, isShown) {
  return NAMES.map(([name, field]) => {
    const value = credentials[field];
    if (value === undefined) return `# ${name}: as given to the emulator`;
    return line(format, name, SECRET.test(name) && !isShown ? MASK : value);
  }).join("\n");
}
