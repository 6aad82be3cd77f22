// Charts as plain SVG: lines, bands, points, bars. One function draws, one shows the values under the pointer.

import { esc, num, tick } from "./words.js";

export const COLOURS = ["#7fd1ff", "#ffb454", "#5fe3b0", "#cc9cff", "#ff7a6b", "#f0e442", "#9fb0c3", "#ff9ed2"]; // after Okabe and Ito, lifted for a dark ground
const DASHES = ["", "7 4", "2 4", "10 4 2 4", "4 3", "1 3", "12 5", "6 2 2 2"];
const HEIGHT = 270;
const CHAR = 6.3; // px, of the axis font

const finite = (v) => typeof v === "number" && Number.isFinite(v);
const colour = (k) => COLOURS[k % COLOURS.length];

/** Round steps that cut [lo, hi] into about n parts. */
function ticks(lo, hi, n) {
  const rough = (hi - lo) / n || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].reduce((a, s) => (Math.abs(Math.log((s * unit) / rough)) < Math.abs(Math.log((a * unit) / rough)) ? s : a));
  const out = [];
  for (let v = Math.ceil(lo / step - 1e-9) * step; v <= hi + 1e-9 * step; v += step) out.push(Math.abs(v) < 1e-12 * step ? 0 : v);
  return out;
}

function decades(lo, hi) {
  const out = [];
  const every = Math.max(1, Math.ceil(Math.log10(hi / lo) / 6));
  for (let e = Math.ceil(Math.log10(lo) - 1e-9); 10 ** e <= hi * (1 + 1e-9); e += every) out.push(10 ** e);
  if (out.length > 2) return out;
  const near = [-1, 0, 1].flatMap((e) => [1, 2, 5].map((m) => m * 10 ** (Math.floor(Math.log10(lo)) + 1 + e)));
  return near.filter((v) => v >= lo * (1 - 1e-9) && v <= hi * (1 + 1e-9));
}

/** An axis over values as the server decided it: "log", "zero" (even, from zero) or "free" (even, between the values). */
export function axis(values, how, n) {
  const real = values.filter(finite);
  let lo = real.reduce((a, v) => Math.min(a, v), Infinity);
  let hi = real.reduce((a, v) => Math.max(a, v), -Infinity);
  if (!real.length) [lo, hi] = [0, 1];
  if (how === "log" && lo > 0 && hi > lo) return { log: true, lo, hi, ticks: decades(lo, hi), of: (v) => Math.log(v / lo) / Math.log(hi / lo) };
  if (how === "zero") [lo, hi] = [Math.min(0, lo), Math.max(0, hi)];
  if (lo === hi) [lo, hi] = lo === 0 ? [0, 1] : [Math.min(0, 2 * lo), Math.max(0, 2 * hi)];
  return { log: false, lo, hi, ticks: ticks(lo, hi, n), of: (v) => (v - lo) / (hi - lo) };
}

/** Room above the highest value, so that no line runs along the frame. */
const roomy = (a) => {
  if (a.log) return a;
  const hi = a.hi > 0 ? a.hi + 0.04 * (a.hi - a.lo) : a.hi;
  return { ...a, hi, ticks: ticks(a.lo, hi, 5), of: (v) => (v - a.lo) / (hi - a.lo) };
};

const legend = (named) =>
  `<ul class="key">${named.map(([name, mark]) => `<li><svg width="26" height="10" aria-hidden="true">${mark}</svg>${esc(name)}</li>`).join("")}</ul>`;
const lineMark = (k) => `<path d="M1 5H25" stroke="${colour(k)}" stroke-width="2.4" stroke-dasharray="${DASHES[k % 8]}"/>`;
const dotMark = (k) => spot(13, 5, k);
const boxMark = (k) => `<rect x="5" y="0" width="16" height="10" rx="2" fill="${colour(k)}"/>`;
const spot = (x, y, k) => `<path d="M${x} ${y - 5}l5 5-5 5-5-5z" fill="${colour(k)}" stroke="#05080d"/>`;

function grid(box, xa, ya, chart, words) {
  const out = [];
  for (const v of ya.ticks) {
    const y = box.y(ya.of(v));
    out.push(`<path class="rule${v === 0 ? " zero" : ""}" d="M${box.left} ${y}H${box.right}"/><text x="${box.left - 6}" y="${y + 4}" text-anchor="end">${tick(v)}</text>`);
  }
  const each = words || xa.ticks.map((v) => [v, tick(v)]);
  for (const [v, text] of each) {
    const x = box.x(xa.of(v));
    const anchor = x + text.length * CHAR * 0.5 > box.right + 12 ? "end" : "middle";
    out.push(`<path class="rule" d="M${x} ${box.top}V${box.bottom}"/><text x="${anchor === "end" ? box.right + 12 : x}" y="${box.bottom + 16}" text-anchor="${anchor}">${esc(text)}</text>`);
  }
  const said = (label, a) => esc(label + (a.log ? " (log scale)" : ""));
  out.push(`<text class="label" x="${(box.left + box.right) / 2}" y="${box.bottom + 36}" text-anchor="middle">${said(chart.x, xa)}</text>`);
  return out.join("");
}

const path = (pts) => pts.map(([x, y], k) => `${k && pts[k - 1] ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Pixel places of a series, cut where a value is missing. */
function runs(series, place) {
  const out = [[]];
  series.x.forEach((x, k) => (finite(series.y[k]) ? out.at(-1).push(place(x, series.y[k])) : out.push([])));
  return out.filter((r) => r.length);
}

const GAP = 14; // px from name to name

/** Places in rising order, a gap apart at least and as near to those wanted as a push down and one back up leave them. */
function spread(wanted, below) {
  const out = [];
  for (const y of wanted) out.push(out.length ? Math.max(y, out.at(-1) + GAP) : y);
  for (let k = out.length - 1; k >= 0; k -= 1) [out[k], below] = [Math.min(out[k], below), Math.min(out[k], below) - GAP];
  return out;
}

/** The room that names of lines need at their ends; 0 where they would leave the chart too little: then a legend has them. */
function roomFor(lines, width, words) {
  const longest = Math.max(0, ...lines.map((s) => s.name.length));
  const room = 10 + 7 * longest; // px: letters of a name are wider than digits
  return words || lines.length < 2 || lines.length > 6 || room > 0.3 * width ? 0 : room;
}

function namesAtEnds(lines, box) {
  const ends = lines.map((s) => ({ ...s, at: s.runs.at(-1)?.at(-1) })).filter((s) => s.at).sort((a, b) => a.at[1] - b.at[1]);
  const places = spread(ends.map((s) => s.at[1]), box.bottom - 6);
  return ends.map((s, k) => `<text class="end" x="${s.at[0] + 6}" y="${places[k] + 4}" style="fill:${colour(s.k)}">${esc(s.name)}</text>`).join("");
}

function frame(ya, width, room) {
  const wide = Math.max(...ya.ticks.map((v) => tick(v).length), 2);
  const box = { left: 14 + CHAR * wide, right: width - Math.max(16, room), top: 10, bottom: HEIGHT - 44 };
  box.x = (p) => box.left + p * (box.right - box.left);
  box.y = (p) => box.bottom - p * (box.bottom - box.top);
  return box;
}

function plot(chart, series, width) {
  const words = series.some((s) => s.x.some((x) => typeof x === "string")) ? [...new Set(series.flatMap((s) => s.x.map(String)))] : null;
  const xs = (s) => (words ? s.x.map((x) => words.indexOf(String(x))) : s.x);
  const flat = series.map((s) => ({ ...s, x: xs(s) }));
  const ya = roomy(axis(flat.flatMap((s) => s.y), chart.axes.y, 5));
  const isDots = (s) => chart.kind === "points" || s.x.length === 1;
  const isEdge = (s) => chart.kind === "band" && (s.name === "lo" || s.name === "hi");
  const lines = flat.filter((s) => !isDots(s) && !isEdge(s));
  const room = roomFor(lines, width, words);
  const box = frame(ya, width, room);
  const xa = axis(flat.flatMap((s) => s.x), chart.axes.x, Math.max(3, Math.floor((box.right - box.left) / 64)));
  const place = (x, y) => [box.x(xa.of(x)), box.y(ya.of(y))];
  const band = chart.kind === "band" ? [flat.find((s) => s.name === "lo"), flat.find((s) => s.name === "hi")] : [];
  const out = [grid(box, xa, ya, chart, words && words.map((w, k) => [k, w]))];
  if (band[0] && band[1]) out.push(`<path fill="${colour(0)}" fill-opacity="0.22" d="${path([...runs(band[0], place).flat(), ...runs(band[1], place).flat().reverse()])}Z"/>`);
  const marks = [];
  flat.forEach((s, k) => {
    const dots = isDots(s);
    marks.push(dots ? dotMark(k) : room && lines.includes(s) ? "" : lineMark(k));
    Object.assign(s, { k, runs: runs(s, place) });
    const stroke = `fill="none" stroke="${colour(band.includes(s) ? 0 : k)}" stroke-width="${band.includes(s) ? 1.2 : 2.4}" stroke-dasharray="${DASHES[k % 8]}" stroke-linejoin="round"`;
    for (const run of s.runs) out.push(dots ? run.map(([x, y]) => spot(x, y, k)).join("") : `<path ${stroke} d="${path(run)}"/>`);
  });
  if (room) out.push(namesAtEnds(lines, box));
  out.push('<g class="tip"></g>');
  return { html: out.join(""), height: HEIGHT, log: ya.log, marks, box, hits: flat.flatMap((s, k) => s.x.map((x, i) => ({ k, name: s.name, x, word: words ? words[x] : num(x), y: s.y[i], at: finite(s.y[i]) ? place(x, s.y[i]) : null }))) };
}

/** Lying bars: words have room, also on a phone. Long ones stand above their bars, so that none is cut. */
function bars(chart, series, width, open) {
  const words = [...new Set(series.flatMap((s) => s.x.map(String)))];
  const longest = CHAR * Math.max(...words.map((w) => w.length));
  const above = longest > 0.36 * width;
  const thick = series.length > 1 ? 12 : above ? 14 : 18;
  const head = above ? 19 : 6;
  const each = thick * series.length + head + 6;
  const left = above ? 4 : 10 + longest;
  const xa = axis(series.flatMap((s) => s.y), chart.axes.y, 5);
  const most = Math.max(...series.flatMap((s) => s.y.map((v) => num(v).length)));
  const at = (v) => left + 4 + xa.of(v) * (width - left - 14 - CHAR * most);
  const fits = Math.floor((width - 8) / CHAR);
  const out = words.map((w, k) => {
    const text = w.length > fits ? `${w.slice(0, fits - 1)}…` : w;
    const place = above ? `x="${left + 4}" y="${k * each + 14}"` : `x="${left - 4}" y="${k * each + head + (thick * series.length) / 2 + 2}" text-anchor="end"`;
    return `<text class="value" ${place}><title>${esc(w)}</title>${esc(text)}</text>`;
  });
  series.forEach((s, j) =>
    s.x.forEach((x, i) => {
      const y = words.indexOf(String(x)) * each + head + j * thick;
      if (!finite(s.y[i])) return void out.push(`<text class="open" x="${left + 9}" y="${y + thick / 2 + 1.5}">${esc(open)}</text>`);
      const [a, b] = [at(Math.min(0, s.y[i])), at(Math.max(0, s.y[i]))];
      out.push(`<rect x="${a}" y="${y - 2}" width="${Math.max(b - a, 1)}" height="${thick - 3}" rx="2" fill="${colour(j)}"/><text class="value" x="${b + 5}" y="${y + thick / 2 + 1.5}">${num(s.y[i])}</text>`);
    }),
  );
  const height = words.length * each + 26;
  out.push(`<text class="label" x="${width / 2}" y="${height - 6}" text-anchor="middle">${esc(chart.y)}</text>`);
  return { html: out.join(""), height, marks: series.map((_, k) => boxMark(k)), hits: [] };
}

const lists = (chart) => Object.entries(chart.series).map(([name, [x, y]]) => ({ name, x, y }));

/** Draw a chart into ``holder`` at its width. open: the word for a bar without a value, while it is searched for. */
export function draw(holder, chart, open = "") {
  const series = lists(chart);
  const width = Math.max(holder.clientWidth, 260);
  const worded = chart.kind === "bar";
  const made = worded ? bars(chart, series, width, open) : plot(chart, series, width);
  const named = series.map((s, k) => [s.name, made.marks[k]]).filter(([, mark]) => mark).filter(([name]) => chart.kind !== "band" || (name !== "lo" && name !== "hi"));
  const key = named.length > 1 || chart.kind === "band" || made.marks[0]?.includes("l5 5") ? legend(named) : "";
  const yLabel = worded ? "" : `<p class="y">${esc(chart.y + (made.log ? " (log scale)" : ""))}</p>`;
  const told = chart.told && !open ? `<p class="told">${esc(chart.told)}</p>` : "";
  holder.innerHTML = `<h3>${esc(chart.title)}</h3>${told}${key}${yLabel}<svg class="plot" viewBox="0 0 ${width} ${made.height}" width="${width}" height="${made.height}" role="img" aria-label="${esc(`${chart.title}: ${chart.y} over ${chart.x}`)}">${made.html}</svg>${chart.note ? `<p class="note">${esc(chart.note)}</p>` : ""}`;
  const svg = holder.querySelector(".plot");
  svg.addEventListener("pointermove", (e) => tip(svg, made, e));
  svg.addEventListener("pointerleave", () => made.box && (svg.querySelector(".tip").innerHTML = ""));
}

function tip(svg, made, event) {
  const real = made.hits.filter((h) => h.at);
  if (!made.box || !real.length) return;
  const rect = svg.getBoundingClientRect();
  const px = ((event.clientX - rect.left) * svg.viewBox.baseVal.width) / rect.width;
  const nearest = real.reduce((a, h) => (Math.abs(h.at[0] - px) < Math.abs(a.at[0] - px) ? h : a));
  const here = real.filter((h) => Math.abs(h.at[0] - nearest.at[0]) < 0.5).slice(0, 8);
  const rows = [nearest.word, ...here.map((h) => `${h.name}: ${num(h.y)}`)];
  const wide = 14 + CHAR * Math.max(...rows.map((r) => r.length));
  const x = nearest.at[0] + wide + 10 > made.box.right ? Math.max(nearest.at[0] - wide - 8, 0) : nearest.at[0] + 8;
  const lines = rows.map((r, k) => `<text x="${x + 7}" y="${made.box.top + 18 + 15 * k}" ${k ? `style="fill:${colour(here[k - 1].k)}"` : 'class="value"'}>${esc(r)}</text>`);
  svg.querySelector(".tip").innerHTML =
    `<path class="hair" d="M${nearest.at[0]} ${made.box.top}V${made.box.bottom}"/>${here.map((h) => `<circle cx="${h.at[0]}" cy="${h.at[1]}" r="4" fill="${colour(h.k)}"/>`).join("")}` +
    `<rect x="${x}" y="${made.box.top + 3}" width="${wide}" height="${15 * rows.length + 8}" rx="5"/>${lines.join("")}`;
}
