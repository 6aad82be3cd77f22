// What moves the answer most: one bar for each input, from its low to its high end, around the answer of now.

import { COLOURS, axis } from "./chart.js";
import { esc, num } from "./words.js";

const ROW = 34;
const MOST = 12;
const CHAR = 6.3;

/** Draw ``found`` (from /api/tornado) into ``holder``; now: the output's value as things are set. */
export function draw(holder, found, output, now) {
  const width = Math.max(holder.clientWidth, 260);
  const shown = found.bars.slice(0, MOST);
  if (!shown.length) {
    holder.innerHTML = '<p class="note">No assumption moves this number.</p>';
    return;
  }
  const values = shown.flatMap((b) => [b.at_lo, b.at_hi]).concat(now);
  const a = axis(values, found.axis, Math.max(3, Math.floor(width / 130)));
  const [left, right] = [12, width - 12];
  const at = (v) => left + Math.min(1, Math.max(0, a.of(v))) * (right - left);
  const rows = shown.map((b, k) => row(b, k * ROW, at, width, now));
  const height = shown.length * ROW + 40;
  const foot = a.ticks.map((v) => `<text x="${at(v)}" y="${height - 22}" text-anchor="${at(v) < 30 ? "start" : at(v) > width - 30 ? "end" : "middle"}">${num(v)}</text>`).join("");
  const rules = a.ticks.map((v) => `<path class="rule" d="M${at(v)} 0V${height - 36}"/>`).join("");
  const mark = `<path class="now" d="M${at(now)} 0V${height - 36}"/>`;
  const unit = output.unit ? ` [${output.unit}]` : "";
  const label = `<text class="label" x="${width / 2}" y="${height - 5}" text-anchor="middle">${esc(output.label + unit + (a.log ? " (log scale)" : ""))}</text>`;
  holder.innerHTML = `<svg class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${esc(words(shown))}">${rules}${rows.join("")}${mark}${foot}${label}</svg>${left_out(found, shown.length)}`;
}

function row(b, y, at, width, now) {
  const xs = [b.at_lo, b.at_hi, now].map(at); // both ends may lie on one side of now
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const text = `${b.label}: ${b.lo} to ${b.hi}`;
  const fits = Math.floor((width - 24) / CHAR);
  return `<g><title>${esc(`${text}; the answer goes from ${num(b.at_lo)} to ${num(b.at_hi)}`)}</title>
    <text x="12" y="${y + 13}">${esc(text.length > fits ? `${text.slice(0, fits - 1)}…` : text)}</text>
    <rect x="${from}" y="${y + 18}" width="${Math.max(to - from, 1.5)}" height="9" rx="2" fill="${COLOURS[0]}" fill-opacity=".85"/>
    <circle cx="${xs[1]}" cy="${y + 22.5}" r="4.5" fill="${COLOURS[1]}"/></g>`;
}

function left_out(found, shown) {
  const said = [`${found.note} The dot marks the upper end, the dashed line the answer of now.`];
  if (found.bars.length > shown) said.push(`${found.bars.length - shown} assumptions with smaller effect are not drawn.`);
  if (found.refused.length) said.push(`Not tried, for an end has no answer with the other values: ${found.refused.join(", ")}.`);
  return `<p class="note">${said.map(esc).join(" ")}</p>`;
}

const words = (bars) => `What moves the answer most: ${bars.map((b) => `${b.label}, ${num(b.at_lo)} to ${num(b.at_hi)}`).join("; ")}`;
