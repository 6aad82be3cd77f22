// Words, colours and number formats. Colours after Okabe and Ito 2008 (readable with colour-blindness), always beside a word.

export const CLASS_LOOK = {
  booster: { word: "Booster", rgb: [240, 228, 66], size: 4.2, key: "1" },
  stage: { word: "Spent stage", rgb: [204, 121, 167], size: 2.5, key: "2" },
  warhead: { word: "Warhead", rgb: [255, 110, 50], size: 4.0, key: "3" },
  decoy: { word: "Decoy", rgb: [86, 180, 233], size: 2.6, key: "4" },
  debris: { word: "Debris", rgb: [150, 160, 172], size: 2.0, key: "5" },
};
export const OTHER_LOOK = { word: "Other", rgb: [0, 158, 115], size: 3, key: "" };
export const look = (name) => CLASS_LOOK[name] ?? { ...OTHER_LOOK, word: name };
export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

export const RANGE_WORDS = { srbm: "Short range", mrbm: "Medium range", irbm: "Intermediate", icbm: "Intercontinental", unknown: "Range not known yet" };
export const DOMAIN_WORDS = { ground: "Ground", sea: "Sea", air: "Air", space: "Space" };

const pad = (v, w = 2) => String(Math.floor(v)).padStart(w, "0");

export function clock(seconds) {
  const sign = seconds < 0 ? "−" : "";
  const s = Math.abs(seconds);
  return `${sign}${pad(s / 3600)}:${pad((s / 60) % 60)}:${pad(s % 60)}`;
}

export const utc = (ms) => new Date(ms).toISOString().slice(11, 19);
export const day = (ms) => new Date(ms).toISOString().slice(0, 10);

export function place(lat, lon) {
  return `${Math.abs(lat).toFixed(1)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(1)}°${lon < 0 ? "W" : "E"}`;
}

export function distance(m) {
  if (!Number.isFinite(m)) return "—";
  if (m < 1000) return `${m.toFixed(0)} m`;
  return m < 1e5 ? `${(m / 1000).toFixed(1)} km` : `${group(m / 1000)} km`;
}

export const group = (v) => Math.round(v).toLocaleString("en-GB").replaceAll(",", " ");
export const seconds = (s) => (Number.isFinite(s) ? `${s < 10 ? s.toFixed(1) : s.toFixed(0)} s` : "—");
export const percent = (p) => (Number.isFinite(p) ? `${Math.round(100 * p)} %` : "—");

/** Element with class and text; the text is never parsed as HTML. */
export function element(tag, className = "", text = "") {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== "") e.textContent = text;
  return e;
}
