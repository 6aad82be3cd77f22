// The panels beside the globe: legend, layers, alerts, drawer, summary, clock, timeline. Nothing here knows Cesium.

import { CLASS_LOOK, DOMAIN_WORDS, RANGE_WORDS, clock, css, day, distance, element, group, look, percent, place, seconds, utc } from "./words.js";

const $ = (id) => document.getElementById(id);
const SHOWN_ALERTS = 300;

function toggle(word, pressed, onChange) {
  const button = element("button", "toggle");
  button.type = "button";
  button.append(element("span", "", word));
  button.setAttribute("aria-pressed", String(pressed));
  button.onclick = () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    onChange(now);
  };
  return button;
}

/** One line per class: colour, word, count; pressed means shown. Returns count element, button and key of each. */
export function legend(names, onChange) {
  $("legend").replaceChildren();
  return names.map((name, c) => {
    const l = look(name), button = toggle(l.word, true, (on) => onChange(c, on));
    const swatch = element("span", "swatch"), dot = element("i"), number = element("span", "num", "0");
    dot.style.cssText = `background:${css(l.rgb)};width:${l.size * 2 + 2}px;height:${l.size * 2 + 2}px`;
    swatch.append(dot);
    button.prepend(swatch);
    button.append(number);
    button.title = `expected number: the sum of the tracks' probabilities. A mark on the globe has the colour of its likeliest class${l.key ? `; key ${l.key} shows or hides those` : ""}`;
    const item = element("li");
    item.append(button);
    $("legend").append(item);
    return { number, button, key: l.key };
  });
}

export function layerToggles(entries) {
  $("toggles").replaceChildren(...entries.map(([word, on, onChange]) => {
    const button = toggle(word, on, onChange), item = element("li");
    button.prepend(element("span", "box"));
    item.append(button);
    return item;
  }));
}

export class Alerts {
  constructor(onGo) {
    this.all = [];
    this.shown = new Map(); // alert id to its list item
    this.onGo = onGo;
  }

  /** What is known of an alert has changed: its range class is told only after a while. */
  settle(a, epochMs) {
    const old = this.shown.get(a.id);
    if (old?.isConnected) old.replaceWith(this.item(a, epochMs));
  }

  add(list, epochMs) {
    if (!list.length) return;
    this.all.push(...list);
    $("no-alerts").hidden = true;
    $("alert-count").textContent = group(this.all.length);
    const items = [...list].sort((a, b) => a.t - b.t).slice(-SHOWN_ALERTS).map((a) => this.item(a, epochMs)).reverse();
    $("alert-list").prepend(...items);
    while ($("alert-list").children.length > SHOWN_ALERTS) $("alert-list").lastChild.remove();
    if (this.all.length > SHOWN_ALERTS) $("alert-list").dataset.more = `${this.all.length - SHOWN_ALERTS} earlier`;
  }

  item(a, epochMs) {
    const item = element("li"), button = element("button", "alert"), known = a.range_class !== "unknown";
    this.shown.set(a.id, item);
    button.type = "button";
    const sure = known ? `range class ${percent(a.confidence)} sure` : "range class not known yet";
    button.title = `launch alert #${a.id}: ${sure}, raised ${seconds(a.latency_s)} after the estimated launch (the summary counts from the true one); click to go there`;
    button.append(
      element("span", "name", RANGE_WORDS[a.range_class] ?? a.range_class),
      element("span", "when", utc(epochMs + 1000 * a.t)),
      element("span", "where", `${place(a.lat, a.lon)} ± ${distance(a.sigma_m)}`),
      element("span", "late", `${known ? `${percent(a.confidence)} sure · ` : ""}≈ +${seconds(a.latency_s)}`),
    );
    button.onclick = () => this.onGo(a);
    item.append(button);
    return item;
  }
}

function facts(rows) {
  const list = element("dl", "facts");
  for (const [name, value] of rows) if (value !== null && value !== undefined) list.append(element("dt", "", name), element("dd", "", value));
  return list;
}

function heading(title, onClose) {
  const head = element("header"), close = element("button", "", "✕");
  close.type = "button";
  close.setAttribute("aria-label", "close");
  close.onclick = onClose;
  head.append(element("h2", "", title), close);
  return head;
}

function bars(names, prob) {
  const grid = element("div", "bars");
  names.forEach((name, c) => {
    const bar = element("div", "bar"), fill = element("i"), l = look(name);
    fill.style.cssText = `width:${100 * prob[c]}%;background:${css(l.rgb)}`;
    bar.append(fill);
    grid.append(element("span", "", l.word), bar, element("span", "p", percent(prob[c])));
  });
  return grid;
}

/** A track's drawer. `d` as Tracks.describe makes it, or null for a track that is gone. */
export function drawTrack(d, id, names, modes, epochMs, t, acts) {
  const body = trackBody(id, acts);
  if (!d) {
    body.replaceChildren(element("p", "note", "No longer in the picture: deleted, fallen, or hit."));
    return;
  }
  const rows = [
    ["Altitude", distance(d.h)], ["Speed", `${(d.speed / 1000).toFixed(2)} km/s`], ["Position", place(d.lat, d.lon)],
    ["Position 1σ", distance(d.sigma)], ["Last seen", `${seconds(d.stale)} ago`], ["Motion", modes[d.mode]],
    ["Launch alert", d.launch < 0 ? "unknown" : `#${d.launch}`],
  ];
  if (d.impact) {
    rows.push(["Impact at", `${place(d.impact.lat, d.impact.lon)}`], ["Impact in", `${clock(d.impact.go)} · ${utc(epochMs + 1000 * (t + d.impact.go))}`]);
    if (Number.isFinite(d.impact.major)) rows.push(["Impact 1σ", `${distance(d.impact.major)} × ${distance(d.impact.minor)}`]);
  }
  body.replaceChildren(bars(names, d.prob), facts(rows));
}

/** The changing part of a track's drawer; its buttons are made once, so that they keep focus while the numbers move. */
function trackBody(id, acts) {
  const box = $("drawer");
  box.hidden = false;
  if (box.dataset.track !== String(id)) {
    const actions = element("div", "actions"), go = element("button", "", "Go to");
    go.type = "button";
    go.onclick = acts.go;
    actions.append(go);
    box.dataset.track = id;
    box.replaceChildren(heading(`Track ${id}`, acts.close), element("div"), actions);
  }
  return box.children[1];
}

export function drawSite(title, rows, note, close) {
  const box = $("drawer");
  box.hidden = false;
  delete box.dataset.track;
  box.replaceChildren(heading(title, close), facts(rows));
  if (note) box.append(element("p", "note", note));
}

export const sensorRows = (s) => [
  ["Kind", s.kind], ["Domain", DOMAIN_WORDS[s.domain] ?? s.domain], ["Owner", s.owner],
  ["Scan period", s.period === null ? null : seconds(s.period)], ["Range limit", s.range === null ? null : distance(s.range)],
];
export const batteryRows = (b) => [["Layer", b.layer], ["Interceptors at start", group(b.ready)], ["Reach", b.reach === null ? null : distance(b.reach)], ["Place", place(b.lat, b.lon)]];

const SUMMARY = [
  ["Alerts", (s) => typeof s.alerts === "object" && s.alerts, (a) => [["Launches alerted", a.alerted], ["Missed · false", `${a.missed ?? "—"} · ${a.false ?? "—"}`], ["Too young for an alert", a.too_young || null], ["After true lift-off p50 · p99", `${seconds(a.latency_s?.p50)} · ${seconds(a.latency_s?.p99)}`]]],
  ["Engagement (simulated)", (s) => s.engagement, (e) => [["Fired · killed · leaked", `${e.fired ?? "—"} · ${e.killed ?? "—"} · ${e.leaked ?? "—"}`], ["Interceptors · raid", `${money(e.cost_usd) ?? "—"} · ${money(e.threat_cost_usd) ?? "—"}`]]],
  ["Where the chain broke, by leaker", (s) => Object.keys(s.chain ?? {}).length > 0 && s.chain, (c) => Object.entries(c).sort((a, b) => b[1] - a[1])],
  ["Picture", (s) => s.picture, (p) => [["GOSPA", distance(p.gospa_m)], ["Completeness", percent(p.completeness)], ["Position error", distance(p.position_rmse_m)], ["Within claimed 95 %", percent(p.nees_inside_95)], ["NEES · switches", `${tidy(p.nees)} · ${p.switches ?? "—"}`]]],
];
const tidy = (v) => (Number.isFinite(v) ? (v < 1000 ? v.toFixed(2) : group(v)) : "—");
const money = (v) => (Number.isFinite(v) ? (v >= 1e9 ? `$${(v / 1e9).toFixed(2)} bn` : `$${(v / 1e6).toFixed(v < 1e8 ? 1 : 0)} m`) : null);

export function drawSummary(s) {
  const box = $("summary");
  const rows = [["Scenario", `${s.scenario}, seed ${s.seed}`], ["Launches", s.launches], ["Objects at most", s.objects_peak && group(s.objects_peak)],
    ["Simulated", s.duration_s && `${clock(s.duration_s)}${s.realtime_factor ? ` at ${s.realtime_factor.toFixed(1)}×` : ""}`], ["Alerts raised", Number.isFinite(s.alerts) ? s.alerts : null], ["Same picture as recorded", s.same === undefined ? null : s.same ? "yes" : "NO"], ["Picture hash", s.picture_hash?.slice(0, 12)]];
  box.replaceChildren(heading("Run ended", () => (box.hidden = true)), facts(rows));
  for (const [title, part, lines] of SUMMARY) {
    if (!part(s)) continue;
    box.append(element("h3", "", title), facts(lines(part(s)).map(([n, v]) => [n, v === null || v === undefined ? v : String(v)])));
  }
  box.hidden = false;
}

const times = (v) => `${v < 9.95 ? v.toFixed(1) : group(v)}×`;

/** speed: scenario seconds per second as reached, asked: as wanted (0: as fast as it goes). */
export function drawClock(info, epochMs, t, speed, asked) {
  $("utc").textContent = utc(epochMs + 1000 * t);
  $("date").textContent = day(epochMs + 1000 * t);
  $("since").textContent = `T+ ${clock(t)}`;
  $("speed").textContent = speed > 0 ? times(speed) : "—";
  $("asked").textContent = asked > 0 ? `speed, ${times(asked)} asked` : "speed";
  $("speed").title = `scenario seconds per second, as reached${info.mode === "REPLAY" ? ", from a recording" : ""}`;
}

export function drawInfo(info) {
  $("banner").textContent = info.banner;
  $("scenario").textContent = info.scenario;
  $("mode").textContent = info.mode;
  $("mode").classList.toggle("replay", info.mode === "REPLAY");
  document.title = `${info.scenario} · Cupola`;
  const again = info.mode === "REPLAY";
  $("key-impacts").hidden = again;
  $("run").textContent = `Scenario ${info.scenario}, seed ${info.seed}, begins ${info.epoch.replace("T", " ").slice(0, 19)} UTC; ${info.sensors.length} sensors, ${info.batteries.length} batteries.`
    + (again ? " A recording holds what the sensors sent and the shots; it does not tell where warheads came down." : "");
}

export function drawLink(word, age) {
  const stale = age > 5;
  $("state").textContent = word;
  $("age").textContent = Number.isFinite(age) ? `frame ${age < 10 ? age.toFixed(1) : age.toFixed(0)} s old` : "";
  $("dot").className = /^(connected|run ended)/.test(word) ? (stale && word === "connected" ? "" : "good") : /^(connecting|preparing)$/.test(word) ? "" : "bad";
}

export function drawStatus(n, st, refused, last) {
  $("counts").textContent = `${group(n)} tracks · frame ${group(st.frames)} · ${(st.bytes / 1e6).toFixed(1)} MB`;
  $("bad").hidden = !st.bad && !refused;
  $("bad").textContent = st.bad ? `${st.bad} frame${st.bad > 1 ? "s" : ""} not readable: ${last}` : refused;
}

/** Density of alerts (up), shots and impacts (down) over the run, and where it is now. */
export function drawTimeline(duration, t, alerts, impacts, shots) {
  const canvas = $("timeline"), ratio = window.devicePixelRatio || 1;
  const w = Math.round(canvas.clientWidth * ratio), h = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const c = canvas.getContext("2d"), end = Math.max(duration, t, 1), bins = Math.max(40, Math.round(canvas.clientWidth / 5));
  c.clearRect(0, 0, w, h);
  const mid = h / 2;
  c.fillStyle = "#1a2634";
  c.fillRect(0, mid - ratio, w, 2 * ratio);
  c.fillStyle = "#7fd1ff";
  c.fillRect(0, mid - ratio, (w * t) / end, 2 * ratio);
  for (const [list, colour, up] of [[alerts, css(CLASS_LOOK.booster.rgb), -1], [shots, "#5fe3b0", 1], [impacts, css(CLASS_LOOK.warhead.rgb), 1]]) {
    const count = new Float64Array(bins);
    for (const at of list) count[Math.min(bins - 1, Math.max(0, Math.floor((bins * at) / end)))] += 1;
    const top = Math.max(...count, 1);
    c.fillStyle = colour;
    count.forEach((v, k) => {
      if (!v) return;
      const tall = Math.max(2 * ratio, (v / top) * (mid - 3 * ratio));
      c.fillRect((w * k) / bins, up < 0 ? mid - 2 * ratio - tall : mid + 2 * ratio, w / bins - ratio, tall);
    });
  }
  c.fillStyle = "#ffffff";
  c.fillRect((w * t) / end - ratio, 0, 2 * ratio, h);
}
