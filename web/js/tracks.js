// What the frames say, on the globe: points by class, one path and one impact ellipse per launch, and which track a click means.

import { coast, ellipse, fixed, geodetic, thin } from "./orbit.js";
import { look } from "./words.js";

const Cesium = window.Cesium;
const PATH = 64; // points in a path
const PATHS_PER_FRAME = 60; // the rest wait for the next frame
const PATH_AGE = 30; // scenario s after which a path is computed again

export class Tracks {
  constructor(layers, info) {
    Object.assign(this, layers); // points, paths, ellipses: see main.js
    this.looks = info.classes.map(look);
    this.names = info.classes;
    this.falls = info.modes.map((m) => m === "ballistic" || m === "reentry");
    this.hidden = new Set();
    this.frame = null;
    this.launches = new Map(); // alert id -> {slot, row, trail, times, made}
    this.alerts = new Map();
    this.selected = -1; // track id
    this.expected = this.names.map(() => 0); // tracks of each class: the sum of their probabilities
    this.tint = new Uint8Array(0);
  }

  /** Take a new frame: colours at once, paths a few at a time. */
  take(frame) {
    this.frame = frame;
    this.expect();
    this.colour();
    this.points.set(frame.pos, frame.vel, this.tint);
    this.points.scale = (window.devicePixelRatio || 1) * (frame.n > 4000 ? 1 : frame.n > 400 ? 1.35 : 1.8); // few objects: larger ones
    this.represent();
    this.drawPaths();
    this.focus();
  }

  expect() {
    const { n, prob, classes } = this.frame;
    this.expected.fill(0);
    for (let k = 0; k < n * classes; k++) this.expected[k % classes] += prob[k] / 255;
  }

  recolour() {
    if (!this.frame) return;
    this.colour();
    this.points.setTint(this.tint);
  }

  colour() {
    const { n, cls, mode, id } = this.frame;
    if (this.tint.length !== 4 * n) this.tint = new Uint8Array(4 * n);
    for (let k = 0; k < n; k++) {
      const c = cls[k], l = this.looks[c];
      const size = this.hidden.has(c) ? 0 : id[k] === this.selected ? 9 : l.size;
      const rgb = id[k] === this.selected ? [255, 255, 255] : l.rgb;
      this.tint[4 * k] = rgb[0];
      this.tint[4 * k + 1] = rgb[1];
      this.tint[4 * k + 2] = rgb[2];
      this.tint[4 * k + 3] = 2 * Math.round(size * 8) + (this.falls[mode[k]] ? 1 : 0);
    }
  }

  /** One track stands for each launch: the one it had before, else the likeliest warhead (or booster). */
  represent() {
    const { n, id, launch, prob, classes } = this.frame;
    const warhead = this.names.indexOf("warhead"), booster = this.names.indexOf("booster");
    for (const l of this.launches.values()) l.row = -1;
    for (let k = 0; k < n; k++) {
      if (launch[k] < 0) continue;
      let l = this.launches.get(launch[k]);
      if (!l) this.launches.set(launch[k], (l = { slot: this.launches.size, row: -1, best: -1, track: -1, trail: null, times: null, made: -1e9 }));
      const score = id[k] === l.track ? 1e6 : prob[k * classes + warhead] + 0.9 * prob[k * classes + booster];
      if (l.row < 0 || score > l.best) Object.assign(l, { row: k, best: score });
    }
    for (const l of this.launches.values()) if (l.row >= 0) l.track = id[l.row];
  }

  drawPaths() {
    const t = this.frame.t;
    let drawn = 0;
    for (const [launch, l] of this.launches) {
      if (l.row < 0) {
        if (!l.gone) this.clear(l);
        continue;
      }
      l.gone = false;
      const due = t - l.made > PATH_AGE || l.wasFalling !== this.falls[this.frame.mode[l.row]];
      if (!due || drawn >= PATHS_PER_FRAME) continue;
      drawn += 1;
      this.drawPath(launch, l);
    }
  }

  /** The selected track's own path and impact, above all others. */
  focus() {
    const row = this.rowOf(this.selected);
    if (row < 0) {
      for (const slot of [0, 1]) this.focused.set(slot, [], null, [0, 0, 0, 0]);
      return;
    }
    const { t, mode, launch } = this.frame, [p, v] = this.stateOf(row), falls = this.falls[mode[row]];
    const own = this.flown(launch[row], p, v, t, falls), shared = this.launches.get(launch[row])?.trail && this.launches.get(launch[row]);
    const past = own.trail.length < 3 && shared ? { trail: shared.trail, times: shared.times } : own; // low or steered: its launch's path
    const path = this.withFall([...past.trail, p], [...past.times, t], p, v, t, falls);
    this.focused.set(0, path.points, path.times, [255, 255, 255, 255]);
    this.focused.set(1, this.outline(row), null, [255, 255, 255, 255]);
  }

  clear(l) {
    l.gone = true;
    this.paths.set(l.slot, [], null, [0, 0, 0, 0]);
    this.ellipses.set(l.slot, [], null, [0, 0, 0, 0]);
  }

  drawPath(launch, l) {
    const { t, mode, cls } = this.frame, [p, v] = this.stateOf(l.row);
    const falls = this.falls[mode[l.row]];
    if (!l.trail) Object.assign(l, this.flown(launch, p, v, t, falls));
    l.trail.push(p);
    l.times.push(t);
    if (l.trail.length > 44) Object.assign(l, ((r) => ({ trail: r.points, times: r.times }))(thin(l.trail, l.times, 36)));
    const path = this.withFall(l.trail, l.times, p, v, t, falls);
    this.paths.set(l.slot, path.points, path.times, [...this.looks[cls[l.row]].rgb, 120]);
    this.ellipses.set(l.slot, this.outline(l.row), null, [255, 190, 120, 210]);
    Object.assign(l, { made: t, wasFalling: falls });
  }

  stateOf(row) {
    const { pos, vel } = this.frame;
    return [pos, vel].map((column) => Array.from(column.subarray(3 * row, 3 * row + 3)));
  }

  /** Where it came from, when first seen: the launch point and, for a body in free fall above the air, its arc backwards. */
  flown(launch, p, v, t, falls) {
    const alert = this.alerts.get(launch);
    const back = falls && geodetic(p).h > 1e5 ? coast(p, v, t, -1, 9e4, alert ? alert.launch_t + 60 : t - 3600) : { points: [], times: [] };
    const arc = thin(back.points.reverse(), back.times.reverse(), 30);
    return alert
      ? { trail: [fixed(alert.lat, alert.lon), ...arc.points], times: [alert.launch_t, ...arc.times] }
      : { trail: arc.points, times: arc.times };
  }

  /** The flown part and, for a falling body, what lies ahead down to the ground. */
  withFall(trail, times, p, v, t, falls) {
    if (!falls) return { points: trail, times };
    const ahead = coast(p, v, t, 1, 0, 0), rest = thin(ahead.points, ahead.times, PATH - trail.length);
    return { points: [...trail, ...rest.points], times: [...times, ...rest.times] };
  }

  impactOf(row) {
    const at = this.frame.aimed.indexOf(row);
    if (at < 0) return null;
    const [lat, lon, go, major, minor, azimuth] = this.frame.impact.subarray(6 * at, 6 * at + 6);
    return { lat: (lat * 180) / Math.PI, lon: (lon * 180) / Math.PI, go, major, minor, azimuth };
  }

  /** Outline on the ground that holds 95 % of the predicted impact (2.45 sigma in two dimensions). */
  outline(row) {
    const i = this.impactOf(row);
    return i && Number.isFinite(i.major + i.minor + i.azimuth) ? ellipse(i.lat, i.lon, 2.45 * i.major, 2.45 * i.minor, i.azimuth) : [];
  }

  rowOf(id) {
    return this.frame ? this.frame.id.indexOf(id) : -1;
  }

  /** Position of a row `dt` seconds after the frame. */
  at(row, dt) {
    const { pos, vel } = this.frame;
    return [0, 1, 2].map((a) => pos[3 * row + a] + vel[3 * row + a] * dt);
  }

  /** Row nearest to a place on the screen within `reach` pixels and in front of the Earth, or -1. */
  pick(scene, x, y, dt, reach = 12) {
    if (!this.frame) return -1;
    const m = Cesium.Matrix4.multiply(scene.camera.frustum.projectionMatrix, scene.camera.viewMatrix, new Cesium.Matrix4());
    const { clientWidth: w, clientHeight: h } = scene.canvas, eye = scene.camera.positionWC;
    let best = reach * reach, found = -1;
    for (let k = 0; k < this.frame.n; k++) {
      if (this.tint[4 * k + 3] < 2) continue;
      const [px, py, pz] = this.at(k, dt);
      const depth = m[3] * px + m[7] * py + m[11] * pz + m[15];
      if (depth <= 0) continue;
      const sx = (((m[0] * px + m[4] * py + m[8] * pz + m[12]) / depth + 1) / 2) * w;
      const sy = ((1 - (m[1] * px + m[5] * py + m[9] * pz + m[13]) / depth) / 2) * h;
      const d = (sx - x) ** 2 + (sy - y) ** 2;
      if (d < best && inSight(eye, px, py, pz)) [best, found] = [d, k];
    }
    return found;
  }

  /** What the drawer shows of a row. */
  describe(row, dt) {
    const f = this.frame, p = this.at(row, dt), g = geodetic(p);
    return {
      id: f.id[row], cls: f.cls[row], mode: f.mode[row], launch: f.launch[row], stale: f.stale[row] + Math.max(dt, 0), sigma: f.sigma[row],
      speed: Math.hypot(f.vel[3 * row], f.vel[3 * row + 1], f.vel[3 * row + 2]), ...g,
      prob: Array.from(f.prob.subarray(row * f.classes, (row + 1) * f.classes), (v) => v / 255),
      impact: this.impactOf(row),
    };
  }
}

/** False when the Earth (a sphere a little smaller than it) stands between. */
function inSight(eye, x, y, z) {
  const dx = x - eye.x, dy = y - eye.y, dz = z - eye.z, l2 = dx * dx + dy * dy + dz * dz;
  const s = Math.min(1, Math.max(0, -(eye.x * dx + eye.y * dy + eye.z * dz) / l2));
  return Math.hypot(eye.x + s * dx, eye.y + s * dy, eye.z + s * dz) > 6.34e6 || s >= 1;
}
