// Small words and numbers.

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const TICK = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const SHORT = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, notation: "compact" });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0, roundingMode: "halfEven" });
const MISSING = "—";

export const esc = (text) => String(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);

/** Digits that count, ties to even, as [digits, exponent of the last]. */
function rounded(size, digits) {
  const [text, power] = size.toExponential(digits - 1).split("e");
  let kept = Number(text.replace(".", ""));
  const beyond = size.toExponential(80).split("e")[0].slice(digits + 1); // all digits of the binary number
  if (/^50*$/.test(beyond) && kept % 2) kept -= 1; // a tie: JavaScript rounds it up, the server to the even digit
  return [kept, Number(power) - digits + 1];
}

/** A value as the server writes it (assess/amounts.py, number): three digits that count, all of them for whole numbers and above 1,000. */
export function num(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const size = Math.abs(value), sign = value < 0 ? "-" : "";
  if (size >= 1e15 || (size !== 0 && size < 1e-4)) {
    const [kept, last] = rounded(size, 3), text = String(kept), power = last + text.length - 1;
    return `${sign}${text[0]}.${text.slice(1, 3)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (size > 0.99 && size < 1) {
    const places = Math.ceil(-Math.log10(1 - size)) + 1; // a share that is nearly all: what is missing counts
    return sign + String(Number(Number(size.toFixed(places)).toPrecision(12)));
  }
  if (Number.isInteger(value) || size >= 1000) return sign + WHOLE.format(size);
  const [kept, last] = rounded(size, 3);
  const shown = Number(`${kept}e${last}`);
  return sign + (shown >= 1000 ? WHOLE.format(shown) : String(shown));
}

/** A number on an axis: round, so with all its digits; long ones in thousands, millions and so on. */
export const tick = (value) => (Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-4) ? num(value) : (Math.abs(value) >= 1e5 ? SHORT : TICK).format(value));

/** A number as the server reads it: no more digits than a slider means. */
export const plain = (value) => String(Number(value.toPrecision(6)));

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The word for a 0 that is no amount; empty where the text is one. */
export const stands = (input, text) => (input.zero && text !== "" && Number(text) === 0 ? input.zero : "");
