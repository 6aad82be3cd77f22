// Enough mechanics to draw a path: two-body flight over the turning Earth, and outlines on its surface. Display only.

export const MU = 3.986004418e14; // m^3/s^2, WGS 84
export const OMEGA = 7.292115e-5; // rad/s, WGS 84
export const A = 6378137.0; // m, WGS 84
const E2 = 0.0066943799901413165;
const STEP = 15; // s

/** One Störmer-Verlet step of the inertial state [x, y, z, vx, vy, vz], in place: no allocation, a few km over half an hour. */
function fall(s, h) {
  pull(s, h / 2);
  for (let a = 0; a < 3; a++) s[a] += h * s[a + 3];
  pull(s, h / 2);
}

function pull(s, h) {
  const k = (-MU * h) / Math.hypot(s[0], s[1], s[2]) ** 3;
  for (let a = 0; a < 3; a++) s[a + 3] += k * s[a];
}

/** Earth-fixed points and times of a falling body from (p, v) at time t, by steps of `sign * 15 s`, down to `floor` metres. */
export function coast(p, v, t, sign, floor, limit) {
  const s = [p[0], p[1], p[2], v[0] - OMEGA * p[1], v[1] + OMEGA * p[0], v[2]];
  const points = [], times = [];
  let above = heightOf(p);
  for (let k = 1; k <= 300; k++) {
    fall(s, sign * STEP);
    const dt = sign * k * STEP, c = Math.cos(OMEGA * dt), q = Math.sin(OMEGA * dt);
    const point = [c * s[0] + q * s[1], -q * s[0] + c * s[1], s[2]], h = heightOf(point);
    if (sign < 0 && t + dt < limit) break;
    if (h < floor) {
      const last = points.at(-1) ?? p, part = above > h ? Math.max(0, (above - floor) / (above - h)) : 0;
      points.push(last.map((u, a) => u + part * (point[a] - u)));
      times.push(t + dt - sign * STEP * (1 - part));
      break;
    }
    above = h;
    points.push(point);
    times.push(t + dt);
  }
  return { points, times };
}

/** Height above the ellipsoid along the radius: within 20 m of the geodetic height, much faster. */
function heightOf([x, y, z]) {
  const r = Math.hypot(x, y, z), s = z / r;
  return r - A * Math.sqrt((1 - E2) / (1 - E2 * (1 - s * s)));
}

/** Earth-fixed point of geodetic degrees and metres. */
export function fixed(latDeg, lonDeg, h = 0) {
  const lat = (latDeg * Math.PI) / 180, lon = (lonDeg * Math.PI) / 180, s = Math.sin(lat), n = A / Math.sqrt(1 - E2 * s * s);
  return [(n + h) * Math.cos(lat) * Math.cos(lon), (n + h) * Math.cos(lat) * Math.sin(lon), (n * (1 - E2) + h) * s];
}

/** Geodetic degrees and metres of an Earth-fixed point (Bowring 1976, one pass: millimetres near the Earth). */
export function geodetic([x, y, z]) {
  const b = A * Math.sqrt(1 - E2), p = Math.hypot(x, y), u = Math.atan2(z * A, p * b);
  const lat = Math.atan2(z + (E2 / (1 - E2)) * b * Math.sin(u) ** 3, p - E2 * A * Math.cos(u) ** 3);
  const h = p * Math.cos(lat) + z * Math.sin(lat) - A * Math.sqrt(1 - E2 * Math.sin(lat) ** 2);
  return { lat: (lat * 180) / Math.PI, lon: (Math.atan2(y, x) * 180) / Math.PI, h };
}

/** Outline of an ellipse on the ground: centre in degrees, semi-axes in m, azimuth of the major axis in rad from north. */
export function ellipse(latDeg, lonDeg, major, minor, azimuth, count = 32) {
  const lat0 = (latDeg * Math.PI) / 180, lon0 = (lonDeg * Math.PI) / 180, points = [];
  for (let k = 0; k <= count; k++) {
    const u = (2 * Math.PI * k) / count, along = major * Math.cos(u), across = minor * Math.sin(u);
    const d = Math.hypot(along, across) / 6371e3, bearing = azimuth + Math.atan2(across, along);
    const lat = Math.asin(Math.sin(lat0) * Math.cos(d) + Math.cos(lat0) * Math.sin(d) * Math.cos(bearing));
    const lon = lon0 + Math.atan2(Math.sin(bearing) * Math.sin(d) * Math.cos(lat0), Math.cos(d) - Math.sin(lat0) * Math.sin(lat));
    points.push(fixed((lat * 180) / Math.PI, (lon * 180) / Math.PI, 1000));
  }
  return points;
}

/** At most `count` of the points (and times), first and last kept. */
export function thin(points, times, count) {
  if (points.length <= count) return { points, times };
  const rows = Array.from({ length: count }, (_, k) => Math.round((k * (points.length - 1)) / (count - 1)));
  return { points: rows.map((r) => points[r]), times: rows.map((r) => times[r]) };
}
