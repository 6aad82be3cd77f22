// Puts the page together: info, globe, socket, panels, and one clock that runs between the frames.

import { drawWorld, flyTo, makeGlobe, viewAll } from "./globe.js";
import { Marks } from "./marks.js";
import * as panels from "./panels.js";
import { Lines, Points } from "./primitives.js";
import { PublicLines, PublicPoints } from "./public.js";
import { Tracks } from "./tracks.js";
import { connect } from "./wire.js";
import { distance, group, place, utc } from "./words.js";

const FOLLOW_MS = 8000; // between two looks at the whole while nobody has moved the camera

const Cesium = window.Cesium;
const $ = (id) => document.getElementById(id);
const st = (window.__st = { frames: 0, ws: "connecting", bytes: 0, ready: false, age: NaN, bad: 0, tracks: 0, cost: 0, points: "own" });
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const fetchJson = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};

/** A layer drawn by us, or by Cesium's public classes when that fails or is asked for. The caller keeps the holder, not the layer. */
function layer(scene, own, makePublic) {
  const holder = { current: null };
  const fall = (error) => {
    if (error) console.warn(`own primitive failed, public one takes over: ${error.message}`);
    st.points = "public";
    holder.current = makePublic();
  };
  if (new URLSearchParams(location.search).get("points") === "public") fall(null);
  else holder.current = scene.primitives.add(own((error) => setTimeout(() => fall(error))));
  return new Proxy(holder, {
    get: (h, key) => (typeof h.current[key] === "function" ? h.current[key].bind(h.current) : h.current[key]),
    set: (h, key, value) => Reflect.set(h.current, key, value),
  });
}

const lines = (scene, slots, per) => layer(scene, (fail) => new Lines(slots, per, fail), () => new PublicLines(scene));

/** Scenario time now: the last frame's time carried on at the speed the run reaches, for at most one and a half frame intervals. */
class Clock {
  constructor() {
    Object.assign(this, { t: 0, speed: 0, asked: 0, arrived: 0, interval: 1, running: false });
  }

  take(frame, now) {
    if (this.running) {
      const wall = (now - this.arrived) / 1000;
      this.interval = Math.min(Math.max(wall, 0.2), 5);
      const measured = Math.max(0, (frame.t - this.t) / Math.max(wall, 0.05));
      this.speed = frame.speed > 0 ? frame.speed : this.speed ? 0.7 * this.speed + 0.3 * measured : measured;
    } else {
      this.speed = frame.speed > 0 ? frame.speed : 0;
    }
    Object.assign(this, { t: frame.t, wall: frame.wall, asked: frame.asked ?? 0, arrived: now, running: true });
  }

  ahead(now) {
    return this.stopped || !this.running ? 0 : this.speed * Math.min((now - this.arrived) / 1000, 1.5 * this.interval);
  }
}

async function main() {
  const { widget, scene, quality } = await makeGlobe($("globe"));
  st.quality = quality;
  const world = lines(scene, 2048, 64);
  await drawWorld(world, "vendor/world-atlas/lines.bin");
  st.ready = true; // the globe stands; the scenario may still be in the making
  let info = await scenarioInfo();
  let epochMs = Date.parse(info.epoch);
  panels.drawInfo(info);

  const coverage = lines(scene, 64, 64);
  const ellipses = lines(scene, 1024, 33);
  const paths = lines(scene, 1024, 64);
  const shotLines = lines(scene, 256, 2);
  const focused = lines(scene, 2, 64);
  const points = layer(scene, (fail) => new Points(fail), () => new PublicPoints(scene));
  coverage.show = false;
  const marks = new Marks(scene, shotLines, coverage);
  marks.place(info);
  const tracks = new Tracks({ points, paths, ellipses, focused }, info);
  const time = new Clock();
  const impactTimes = [], alertTimes = [], shotTimes = [];
  let state = "connecting", lastBad = "", refused = "", touched = false, looked = -Infinity, site = null;

  // ------------------------------------------------------------------ panels
  const counts = panels.legend(info.classes, (c, on) => {
    on ? tracks.hidden.delete(c) : tracks.hidden.add(c);
    tracks.recolour();
  });
  const both = (...things) => (on) => things.forEach((thing) => (thing.show = on));
  panels.layerToggles([
    ["Paths", true, both(paths)],
    ["Impact ellipses", true, both(ellipses)],
    ["Launches, impacts", true, both(marks.launchPoints, marks.groupPoints, marks.groupLabels, marks.impacts)],
    ["Sensors", true, (on) => marks.showSensors(on)],
    ["Batteries, shots", true, both(marks.batteries, marks.intercepts, shotLines)],
    ["Range rings", false, both(coverage)],
    ["Coasts, borders", true, both(world)],
  ]);
  const alerts = new panels.Alerts((a) => {
    touched = true;
    const row = tracks.rowOf(a.track);
    if (row >= 0) select(a.track);
    flyTo(widget, a.lat, a.lon, 3.2e6, calm);
  });

  function select(id) {
    tracks.selected = id;
    site = null;
    tracks.recolour();
    tracks.focus();
    showDrawer();
    if (id >= 0) openTab("side");
  }
  const close = () => {
    $("drawer").hidden = true;
    select(-1);
  };
  function goToSelected() {
    const row = tracks.rowOf(tracks.selected);
    if (row < 0) return;
    const d = tracks.describe(row, time.ahead(performance.now()));
    flyTo(widget, d.lat, d.lon, d.h + 1.5e6, calm);
  }
  function showDrawer() {
    if (tracks.selected < 0 || site) return;
    const row = tracks.rowOf(tracks.selected), dt = time.ahead(performance.now());
    const d = row < 0 ? null : tracks.describe(row, dt);
    panels.drawTrack(d, tracks.selected, info.classes, info.modes, epochMs, time.t, { close, go: goToSelected });
  }
  function showSite(picked) {
    tracks.selected = -1;
    tracks.recolour();
    tracks.focus();
    site = picked;
    const s = info.sensors[picked.k], b = info.batteries[picked.k], a = picked.alert, e = picked.event;
    if (picked.kind === "sensor") panels.drawSite(s.name, panels.sensorRows(s), null, close);
    if (picked.kind === "battery") panels.drawSite(b.name, panels.batteryRows(b), "Simulated: no interface to any weapon exists.", close);
    if (picked.kind === "alert") panels.drawSite(`Launch alert #${a.id}`, [["Launched", utc(epochMs + 1000 * a.launch_t)], ["Place", place(a.lat, a.lon)], ["1σ", distance(a.sigma_m)], ["Heading", `${a.heading.toFixed(0)}°`]], null, close);
    if (picked.kind === "impact") panels.drawSite("Impact", [["What", e.kind], ["When", utc(epochMs + 1000 * e.t)], ["Place", place(e.lat, e.lon)]], "Told by the simulation, not seen by a sensor.", close);
    openTab("side");
  }

  // ------------------------------------------------------------------ pointer and keys
  widget.screenSpaceEventHandler.setInputAction(({ position }) => {
    const row = tracks.pick(scene, position.x, position.y, time.ahead(performance.now()));
    if (row >= 0) return select(tracks.frame.id[row]);
    const hit = scene.pick(position)?.id;
    if (hit?.kind === "launches") return flyTo(widget, hit.alert.lat, hit.alert.lon, 2.5e6, calm);
    hit?.kind && hit.kind !== "shot" ? showSite(hit) : close();
  }, Cesium.ScreenSpaceEventType.LEFT_CLICK);
  for (const kind of ["pointerdown", "wheel"]) $("globe").addEventListener(kind, () => (touched = true), { passive: true });
  const whole = () => viewAll(widget, tracks.frame, [...tracks.alerts.values()], calm);
  const home = () => {
    touched = true;
    whole();
  };
  const turn = { ArrowLeft: "rotateLeft", ArrowRight: "rotateRight", ArrowUp: "rotateUp", ArrowDown: "rotateDown" };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("about").open) return;
    const onGlobe = document.activeElement === $("globe") || document.activeElement === document.body;
    const byKey = counts.find((c) => c.key === event.key);
    if (byKey) byKey.button.click();
    else if (event.key === "Escape") close();
    else if (event.key === "?") $("about").showModal();
    else if (event.key.toLowerCase() === "h") home();
    else if (event.key === "+" || event.key === "=") widget.camera.zoomIn(scene.camera.positionCartographic.height * 0.3);
    else if (event.key === "-") widget.camera.zoomOut(scene.camera.positionCartographic.height * 0.4);
    else if (turn[event.key] && onGlobe) widget.camera[turn[event.key]](0.12);
    else return;
    touched = true;
  });
  $("about-open").onclick = () => $("about").showModal();
  function openTab(name) {
    for (const tab of document.querySelectorAll("#tabs button")) {
      const open = tab.dataset.panel === name;
      tab.setAttribute("aria-expanded", String(open));
      $(tab.dataset.panel).classList.toggle("open", open);
    }
  }
  for (const tab of document.querySelectorAll("#tabs button")) {
    tab.onclick = () => openTab(tab.getAttribute("aria-expanded") === "true" ? "" : tab.dataset.panel);
  }

  // ------------------------------------------------------------------ what arrives
  const receive = {
    alert: (e) => { tracks.alerts.set(e.id, e); marks.launchPoint(e); alertTimes.push(e.t); },
    alert_settled: (e) => { tracks.alerts.set(e.id, e); alerts.settle(e, epochMs); },
    impact: (e) => { marks.impact(e); impactTimes.push(e.t); },
    shot: (e) => { if (marks.shot(e)) shotTimes.push(e.t); },
    outcome: (e) => marks.outcome(e),
    refused: (e) => { refused = e.why; },
    info: async () => {
      const before = info.instance;
      info = await fetchJson("api/info");
      if (info.instance !== before || !info.classes) return location.reload(); // another run: begin anew
      epochMs = Date.parse(info.epoch);
      panels.drawInfo(info);
      marks.place(info);
    },
    end: (e) => {
      state = "run ended";
      $("mode").textContent = "ENDED";
      time.stopped = true;
      $("preparing").hidden = true;
      panels.drawSummary(e.summary);
      openTab("side");
    },
  };
  let seen = 0; // events are replayed from the first on every connection
  let skip = 0;
  connect(st, {
    open: () => {
      skip = seen;
      receive.info().catch((error) => { refused = error.message; });
    },
    state: (word) => { state = time.stopped ? (word === "connected" ? "run ended" : "run ended, server stopped") : word; },
    bad: (message) => { lastBad = message; },
    frame: (frame) => {
      const began = performance.now();
      time.take(frame, performance.now());
      tracks.take(frame);
      marks.move(frame.sensors);
      Object.assign(st, { tracks: frame.n, cost: performance.now() - began });
      $("preparing").hidden = true;
      if (!touched && frame.n && performance.now() - looked > FOLLOW_MS) { // follow the raid until a hand takes over
        looked = performance.now();
        whole();
      }
    },
    events: (list) => {
      const fresh = list.filter((e) => e.type === "refused" || skip-- <= 0);
      seen += fresh.filter((e) => e.type !== "refused").length;
      for (const e of fresh) receive[e.type]?.(e)?.catch?.((error) => { refused = error.message; });
      alerts.add(fresh.filter((e) => e.type === "alert").map((e) => tracks.alerts.get(e.id)), epochMs); // as they stand by now
    },
  });

  // ------------------------------------------------------------------ every drawn frame, and four times a second
  scene.preRender.addEventListener(() => {
    const dt = time.ahead(performance.now());
    points.dt = dt;
    paths.t = focused.t = time.t + dt;
    marks.tick(time.t + dt);
  });
  setInterval(() => {
    const dt = time.ahead(performance.now());
    st.age = time.running ? Math.max(0, Date.now() / 1000 - time.wall) : NaN;
    panels.drawLink(state, time.stopped ? NaN : st.age);
    if (time.running) panels.drawClock(info, epochMs, time.t + dt, time.stopped || st.age > 5 ? 0 : time.speed, time.asked);
    panels.drawStatus(st.tracks, st, refused, lastBad);
    panels.drawTimeline(info.duration, time.t + dt, alertTimes, impactTimes, shotTimes);
    tracks.expected.forEach((v, c) => { counts[c].number.textContent = group(v); });
    $("total").textContent = st.tracks.toLocaleString("en-GB").replaceAll(",", " ");
    showDrawer();
  }, 250);
}

/** The run's info, once it is known: the server answers while the scenario is being built. */
async function scenarioInfo() {
  for (;;) {
    const info = await fetchJson("api/info");
    if (info.classes) return info;
    if (info.scenario) $("scenario").textContent = info.scenario;
    if (info.doing) $("preparing-word").textContent = `Preparing: ${info.doing}…`;
    panels.drawLink("preparing", NaN);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

main().catch((error) => {
  $("preparing-word").textContent = `The page could not start: ${error.message}`;
  console.error(error);
});
