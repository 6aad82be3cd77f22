// Things with a symbol: sensors, batteries, launch points, impacts, simulated interceptors.

import { ellipse, fixed, geodetic } from "./orbit.js";

const Cesium = window.Cesium;
const BLUE = "#7fd1ff", GREEN = "#5fe3b0";

/** Small symbols drawn once each: the shape tells the domain, so that colour is never alone. */
const SHAPES = {
  ground: (c) => { c.arc(12, 13, 7, Math.PI, 0); c.moveTo(12, 13); c.lineTo(12, 21); c.moveTo(7, 21); c.lineTo(17, 21); c.moveTo(5, 13); c.lineTo(19, 13); },
  sea: (c) => { c.moveTo(3, 14); c.lineTo(21, 14); c.lineTo(17, 20); c.lineTo(7, 20); c.closePath(); c.moveTo(12, 14); c.lineTo(12, 5); c.lineTo(16, 9); },
  air: (c) => { c.moveTo(12, 3); c.lineTo(12, 21); c.moveTo(3, 13); c.lineTo(12, 8); c.lineTo(21, 13); c.moveTo(8, 20); c.lineTo(16, 20); },
  space: (c) => { c.rect(9, 9, 6, 6); c.rect(2, 10, 5, 4); c.rect(17, 10, 5, 4); c.moveTo(12, 15); c.lineTo(12, 20); },
  battery: (c) => { c.moveTo(12, 3); c.lineTo(20, 7); c.lineTo(20, 13); c.quadraticCurveTo(19, 19, 12, 22); c.quadraticCurveTo(5, 19, 4, 13); c.lineTo(4, 7); c.closePath(); },
  launch: (c) => { c.moveTo(12, 5); c.lineTo(19, 18); c.lineTo(5, 18); c.closePath(); },
  impact: (c) => { c.moveTo(6, 6); c.lineTo(18, 18); c.moveTo(18, 6); c.lineTo(6, 18); },
  shot: (c) => { c.arc(12, 12, 5, 0, 7); },
};

export function symbol(shape, colour, size = 24) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * 2;
  const c = canvas.getContext("2d");
  c.scale((size * 2) / 24, (size * 2) / 24);
  c.lineJoin = c.lineCap = "round";
  for (const [width, stroke] of [[4.5, "#05080dcc"], [2, colour]]) {
    c.beginPath();
    SHAPES[shape](c);
    c.lineWidth = width;
    c.strokeStyle = stroke;
    c.stroke();
  }
  return canvas;
}

const FORWARD = new Cesium.Cartesian3(0, 0, -2e5); // towards the eye, so that the limb of the Earth does not cut symbols
const NEARER = new Cesium.NearFarScalar(1.5e6, 1.7, 1.5e7, 1.0);
const GROUP_KM = 700; // launches nearer than this to the first of a group are one mark from afar
const NEAR_M = 6e6; // nearer than this, each launch has its own mark
const cartesian = (p) => new Cesium.Cartesian3(p[0], p[1], p[2]);

export class Marks {
  constructor(scene, shotLines, coverage) {
    const add = () => scene.primitives.add(new Cesium.BillboardCollection({ scene }));
    Object.assign(this, { scene, shotLines, coverage, sensors: add(), batteries: add(), launchPoints: add(), groupPoints: add(), impacts: add(), intercepts: add() });
    this.labels = scene.primitives.add(new Cesium.LabelCollection({ scene }));
    this.groupLabels = scene.primitives.add(new Cesium.LabelCollection({ scene }));
    this.groups = [];
    this.images = {};
    this.shots = new Map();
    this.sites = [];
  }

  image(shape, colour) {
    const key = shape + colour;
    return (this.images[key] ??= { id: key, canvas: symbol(shape, colour) });
  }

  add(collection, position, shape, colour, size, id) {
    const { id: imageId, canvas } = this.image(shape, colour);
    return collection.add({ position, image: canvas, imageId, width: size, height: size, id, eyeOffset: FORWARD, scaleByDistance: NEARER });
  }

  label(position, text, colour) {
    return this.labels.add({
      position, text, font: "12px system-ui, sans-serif", fillColor: Cesium.Color.fromCssColorString(colour),
      outlineColor: Cesium.Color.fromCssColorString("#05080d"), outlineWidth: 3, style: Cesium.LabelStyle.FILL_AND_OUTLINE,
      pixelOffset: new Cesium.Cartesian2(12, 4), distanceDisplayCondition: new Cesium.DistanceDisplayCondition(0, 7e6),
    });
  }

  /** Sensors and batteries of /api/info; called again when the info changes. */
  place(info) {
    this.sensors.removeAll();
    this.batteries.removeAll();
    this.labels.removeAll();
    this.sites = info.sensors.map((s, k) => {
      const known = s.lat !== null, position = cartesian(known ? fixed(s.lat, s.lon, s.alt) : [0, 0, 0]);
      const mark = this.add(this.sensors, position, s.domain in SHAPES ? s.domain : "ground", BLUE, 18, { kind: "sensor", k });
      const label = this.label(position, s.name, BLUE);
      mark.show = label.show = known;
      const site = { mark, label, range: s.domain === "space" ? null : s.range };
      if (known) this.ring(k, site, s.lat, s.lon);
      return site;
    });
    info.batteries.forEach((b, k) => {
      const position = cartesian(fixed(b.lat, b.lon, 0));
      this.add(this.batteries, position, "battery", GREEN, 18, { kind: "battery", k });
      this.label(position, b.name, GREEN);
      const ring = b.reach ? ellipse(b.lat, b.lon, b.reach, b.reach, 0, 63) : [];
      this.coverage.set(info.sensors.length + k, ring, null, [95, 227, 176, 80]);
    });
    this.info = info;
  }

  ring(k, site, lat, lon) {
    site.ringed = true;
    if (site.range) this.coverage.set(k, ellipse(lat, lon, site.range, site.range, 0, 63), null, [127, 209, 255, 70]);
  }

  /** Sensor positions of a frame; those not known stay hidden. */
  move(positions) {
    const count = Math.min(this.sites.length, positions.length / 3);
    for (let k = 0; k < count; k++) {
      const p = positions.subarray(3 * k, 3 * k + 3), known = Number.isFinite(p[0]);
      if (!known) continue;
      const site = this.sites[k], { mark, label } = site;
      if (!site.ringed) {
        const g = geodetic(Array.from(p));
        this.ring(k, site, g.lat, g.lon);
      }
      mark.position = label.position = cartesian(p);
      mark.show = this.sensors.wanted !== false;
      label.show = mark.show;
    }
  }

  showSensors(on) {
    this.sensors.wanted = on;
    this.sensors.show = on;
    for (const { label } of this.sites) label.show = on;
  }

  /** One launch: a mark of its own from near, one with a number for all of a launch area from afar. */
  launchPoint(alert) {
    const at = fixed(alert.lat, alert.lon, 500);
    const mark = this.add(this.launchPoints, cartesian(at), "launch", "#b8ae3a", 8, { kind: "alert", alert });
    const group = this.groups.find((g) => Math.hypot(...g.at.map((v, a) => v - at[a])) < 1000 * GROUP_KM) ?? this.group(alert, at);
    group.count += 1;
    group.label.text = group.count > 1 ? String(group.count) : "";
    mark.distanceDisplayCondition = new Cesium.DistanceDisplayCondition(0, NEAR_M);
  }

  group(alert, at) {
    const far = new Cesium.DistanceDisplayCondition(NEAR_M, Infinity), position = cartesian(at);
    const mark = this.add(this.groupPoints, position, "launch", "#f0e442", 13, { kind: "launches", alert });
    const label = this.groupLabels.add({
      position, text: "", font: "600 12px system-ui, sans-serif", fillColor: Cesium.Color.fromCssColorString("#f0e442"),
      outlineColor: Cesium.Color.fromCssColorString("#05080d"), outlineWidth: 4, style: Cesium.LabelStyle.FILL_AND_OUTLINE,
      pixelOffset: new Cesium.Cartesian2(8, 5), eyeOffset: FORWARD, distanceDisplayCondition: far,
    });
    mark.distanceDisplayCondition = far;
    const group = { at, count: 0, label };
    this.groups.push(group);
    return group;
  }

  impact(event) {
    this.add(this.impacts, cartesian(fixed(event.lat, event.lon, 500)), "impact", "#ff8a5c", 9, { kind: "impact", event });
  }

  /** A simulated interceptor fired, or steered anew (same id, returns false). Its line runs straight in this sketch: the fly-out is not drawn. */
  shot(event) {
    const battery = this.info?.batteries[event.battery];
    const known = this.shots.get(event.id);
    let shot = known;
    if (!shot) {
      const mark = this.add(this.intercepts, cartesian(event.aim), "shot", GREEN, 8, { kind: "shot", event });
      this.shots.set(event.id, (shot = { slot: this.shots.size, mark, from: battery ? fixed(battery.lat, battery.lon, 0) : event.aim }));
    }
    Object.assign(shot, { aim: event.aim, fire: event.fire_t, until: event.intercept_t });
    this.shotLines.set(shot.slot, [shot.from, event.aim], null, [95, 227, 176, 90]);
    return !known;
  }

  outcome(event) {
    const shot = this.shots.get(event.shot);
    if (!shot) return;
    shot.done = true;
    shot.mark.show = false;
    this.shotLines.set(shot.slot, [], null, [0, 0, 0, 0]);
  }

  /** Interceptors where they are at scenario time t. */
  tick(t) {
    for (const shot of this.shots.values()) {
      if (shot.done) continue;
      const part = Math.min(1, Math.max(0, (t - shot.fire) / Math.max(shot.until - shot.fire, 1)));
      shot.mark.position = cartesian(shot.from.map((v, a) => v + part * (shot.aim[a] - v)));
    }
  }
}
