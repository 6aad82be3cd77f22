// The globe: Cesium without anything that would leave this machine, coasts and borders as lines, two qualities.

import { decodeColumns } from "./wire.js";
import { fixed, geodetic } from "./orbit.js";

const Cesium = window.Cesium;

/** `lean` for software rendering, `full` where there is a graphics card; `?quality=` decides, else the renderer's name. */
function chooseQuality() {
  const asked = new URLSearchParams(location.search).get("quality");
  if (asked === "lean" || asked === "full") return asked;
  const gl = document.createElement("canvas").getContext("webgl2");
  const about = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = about ? gl.getParameter(about.UNMASKED_RENDERER_WEBGL) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /llvmpipe|swiftshader|software|basic render/i.test(name) || !name ? "lean" : "full";
}

export async function makeGlobe(container) {
  const credits = document.createElement("div"); // ours are in the About panel; Cesium's own box advertises a service not used here
  Cesium.Ion.defaultAccessToken = undefined;
  const quality = chooseQuality(), full = quality === "full";
  const imagery = await Cesium.TileMapServiceImageryProvider.fromUrl(Cesium.buildModuleUrl("Assets/Textures/NaturalEarthII"));
  const widget = new Cesium.CesiumWidget(container, {
    baseLayer: new Cesium.ImageryLayer(imagery, { brightness: 0.6, saturation: 0.3, contrast: 1.15, gamma: 0.85 }),
    scene3DOnly: true,
    skyBox: full ? undefined : false,
    skyAtmosphere: full ? undefined : false,
    msaaSamples: full ? 4 : 1,
    orderIndependentTranslucency: false,
    creditContainer: credits,
    creditViewport: credits,
    targetFrameRate: full ? 60 : 20,
    showRenderLoopErrors: false,
  });
  const { scene } = widget;
  Object.assign(scene.globe, { showGroundAtmosphere: false, baseColor: Cesium.Color.fromCssColorString("#0b1622"), enableLighting: false });
  scene.backgroundColor = Cesium.Color.fromCssColorString("#05080d");
  scene.fog.enabled = false;
  scene.highDynamicRange = false;
  scene.postProcessStages.fxaa.enabled = false;
  if (scene.sun) scene.sun.show = false;
  if (scene.moon) scene.moon.show = false;
  if (full) widget.useBrowserRecommendedResolution = false;
  scene.screenSpaceCameraController.minimumZoomDistance = 2e4;
  scene.screenSpaceCameraController.maximumZoomDistance = 9e7;
  return { widget, scene, quality };
}

/** Coasts (brighter) and borders into a Lines layer; returns how many lines there are. */
export async function drawWorld(lines, url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const { scalars, table } = decodeColumns(await answer.arrayBuffer());
  const { scale: [sx, sy], origin: [ox, oy] } = scalars;
  let slot = 0, at = 0;
  for (let k = 0; k < table.count.length; k++) {
    let x = table.start[2 * k], y = table.start[2 * k + 1];
    let run = [fixed(oy + sy * y, ox + sx * x, 1500)];
    const flush = () => {
      lines.set(slot++, run, null, table.border[k] ? [150, 175, 200, 70] : [150, 185, 215, 150]);
      run = run.slice(-1);
    };
    for (let i = 1; i < table.count[k]; i++, at++) {
      x += table.delta[2 * at];
      y += table.delta[2 * at + 1];
      run.push(fixed(oy + sy * y, ox + sx * x, 1500));
      if (run.length === lines.per) flush();
    }
    if (run.length > 1) flush();
  }
  return slot;
}

export function flyTo(widget, lat, lon, height, calm) {
  widget.camera.flyTo({ destination: Cesium.Cartesian3.fromDegrees(lon, lat, height), duration: calm ? 0 : 1.2 });
}

/** Everything there is in view, seen from the side so that paths rise above the ground; the whole globe when it is spread wide. */
export function viewAll(widget, frame, alerts, calm) {
  const objects = [], places = alerts.map((a) => fixed(a.lat, a.lon));
  for (let k = 0; k < (frame?.n ?? 0); k++) objects.push(frame.pos.subarray(3 * k, 3 * k + 3));
  for (let k = 0; k < (frame?.aimed.length ?? 0); k++) {
    places.push(fixed((frame.impact[6 * k] * 180) / Math.PI, (frame.impact[6 * k + 1] * 180) / Math.PI));
  }
  const all = [...objects, ...places], sum = [0, 1, 2].map((a) => all.reduce((s, p) => s + p[a], 0));
  const r = Math.hypot(...sum) || 1, unit = sum.map((v) => v / r);
  const angles = all.map((p) => Math.acos(Math.min(1, (p[0] * unit[0] + p[1] * unit[1] + p[2] * unit[2]) / Math.hypot(...p))));
  const spread = angles.sort((x, y) => x - y)[Math.floor(0.98 * (angles.length - 1))] ?? Math.PI;
  const duration = calm ? 0 : 1.2;
  if (spread > 1) {
    const { lat, lon } = all.length ? geodetic(unit.map((v) => v * 6.37e6)) : { lat: 25, lon: 0 };
    widget.camera.flyTo({ destination: Cesium.Cartesian3.fromDegrees(lon, Math.max(-50, lat - 15), 2.3e7), duration });
    return;
  }
  const radius = Math.max(6e5, 6.4e6 * spread);
  const centre = Cesium.Cartesian3.fromArray(unit.map((v) => v * 6.37e6));
  const offset = new Cesium.HeadingPitchRange(0, -0.75, 2.7 * radius);
  widget.camera.flyToBoundingSphere(new Cesium.BoundingSphere(centre, radius), { offset, duration });
}
