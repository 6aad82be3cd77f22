// What moves the answer most: for each input two bars from the answer of now, to what it is at the low and at the high end.

import { COLOURS, axis } from "./chart.js";
import { esc, tick } from "./words.js";

const ROW = 50, NAME = 12, BARS = [18, 32], THICK = 12; // px: of a row, and in it where name and bars stand
const MOST = 12;
const CHAR = 6.4;

/** Draw ``found`` (from /api/tornado) into ``holder``; now: the output's value as things are set. */
export function draw(holder, found, output, now) {
  const width = Math.max(holder.clientWidth, 260);
  const shown = found.bars.slice(0, MOST);
  if (!shown.length) {
    holder.innerHTML = found.tried < found.of ? "" : '<p class="note">No assumption moves this number.</p>';
    return;
  }
  const values = shown.flatMap((b) => [b.at_lo, b.at_hi]).concat(now);
  const a = axis(values, found.axis, Math.max(3, Math.floor(width / 130)));
  const [left, right] = [4, width - 4];
  const at = (v) => left + Math.min(1, Math.max(0, a.of(v))) * (right - left);
  const height = shown.length * ROW + 40;
  const foot = a.ticks.map((v) => `<text x="${at(v)}" y="${height - 22}" text-anchor="${at(v) < 30 ? "start" : at(v) > width - 30 ? "end" : "middle"}">${tick(v)}</text>`).join("");
  const rules = a.ticks.map((v) => `<path class="rule" d="M${at(v)} 0V${height - 36}"/>`).join("");
  const mark = `<path class="now" d="M${at(now)} 0V${height - 36}"/>`;
  const rects = shown.map((b, k) => rectangles(b, k * ROW, at, now)).join("");
  const texts = shown.map((b, k) => names(b, k * ROW, at, width, now)).join("");
  const unit = output.unit ? ` [${output.unit}]` : "";
  const label = `<text class="label" x="${width / 2}" y="${height - 5}" text-anchor="middle">${esc(output.label + unit + (a.log ? " (log scale)" : ""))}</text>`;
  holder.innerHTML = `<p class="told">${esc(found.told)}</p><svg class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${esc(words(shown))}">${rules}${rects}${mark}${texts}${foot}${label}</svg>${left_out(found, shown.length)}`;
}

const rectangles = (b, y, at, now) =>
  [b.at_lo, b.at_hi].map((v, k) => `<rect x="${Math.min(at(v), at(now))}" y="${y + BARS[k]}" width="${Math.max(Math.abs(at(v) - at(now)), 1)}" height="${THICK}" fill="${COLOURS[k]}" fill-opacity=".85"/>`).join("");

/** The input's name, and at the end of each bar its value there and the answer: beyond it, or over it where there is no room. */
function names(b, y, at, width, now) {
  const ends = [[b.at_lo, b.lo_text, b.at_hi], [b.at_hi, b.hi_text, b.at_lo]].map(([v, text, other], k) => {
    const right = v > now || (v === now && other < now), wide = text.length * CHAR + 5;
    const fits = right ? at(v) + wide < width : at(v) > wide;
    const start = right === fits;
    const over = !fits && Math.abs(at(v) - at(now)) > wide; // dark letters on the bar
    return `<text class="end${over ? " over" : ""}" x="${at(v) + (start ? 4 : -4)}" y="${y + BARS[k] + THICK - 2}" text-anchor="${start ? "start" : "end"}">${esc(text)}</text>`;
  });
  const fits = Math.floor((width - 8) / CHAR);
  const name = b.label.length > fits ? `${b.label.slice(0, fits - 1)}…` : b.label;
  return `<text class="name" x="4" y="${y + NAME}"><title>${esc(b.label)}</title>${esc(name)}</text>${ends.join("")}`;
}

function left_out(found, shown) {
  const said = [found.note];
  if (found.bars.length > shown) said.push(`${found.bars.length - shown} assumptions with smaller effect are not drawn.`);
  if (found.refused.length) said.push(`Not tried, for an end has no answer with the other values: ${found.refused.join(", ")}.`);
  return `<p class="note">${said.map(esc).join(" ")}</p>`;
}

const words = (bars) => `What moves the answer most: ${bars.map((b) => `${b.label}: ${b.lo_text}, ${b.hi_text}`).join("; ")}`;
