// Small words and numbers.

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const ROUND = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const SHORT = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, notation: "compact" });

export const esc = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);

/** A number on an axis or in a tip. */
export function num(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-3)) return value.toExponential(2).replace(/\.?0*e\+?/, "e");
  return (size >= 1e5 ? SHORT : ROUND).format(value);
}

/** A number as the server reads it: no more digits than a slider means. */
export const plain = (value) => String(Number(value.toPrecision(6)));

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The word for a 0 that is no amount; empty where the text is one. */
export const stands = (input, text) => (input.zero && text !== "" && Number(text) === 0 ? input.zero : "");
