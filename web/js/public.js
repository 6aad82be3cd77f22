// The same two things with Cesium's public classes only: used when primitives.js cannot draw, or on request (?points=public).
// Points then move once per frame of the server.

const Cesium = window.Cesium;

export class PublicPoints {
  constructor(scene) {
    this.points = scene.primitives.add(new Cesium.PointPrimitiveCollection());
    this.dt = 0;
  }

  get show() {
    return this.points.show;
  }

  set show(value) {
    this.points.show = value;
  }

  set(pos, vel, tint) {
    this.pos = pos;
    const n = pos.length / 3;
    while (this.points.length < n) this.points.add({ pixelSize: 3 });
    for (let k = 0; k < this.points.length; k++) {
      const point = this.points.get(k);
      point.show = k < n && tint[4 * k + 3] > 1;
      if (!point.show) continue;
      point.position = new Cesium.Cartesian3(pos[3 * k], pos[3 * k + 1], pos[3 * k + 2]);
      point.color = Cesium.Color.fromBytes(tint[4 * k], tint[4 * k + 1], tint[4 * k + 2]);
      point.pixelSize = tint[4 * k + 3] / 16;
    }
  }

  setTint(tint) {
    if (this.pos) this.set(this.pos, null, tint);
  }
}

export class PublicLines {
  constructor(scene) {
    this.lines = scene.primitives.add(new Cesium.PolylineCollection());
    this.bySlot = new Map();
  }

  get show() {
    return this.lines.show;
  }

  set show(value) {
    this.lines.show = value;
  }

  set(slot, points, _times, rgba) {
    const positions = points.map((p) => new Cesium.Cartesian3(...p));
    const old = this.bySlot.get(slot);
    if (positions.length < 2) {
      if (old) old.show = false;
      return;
    }
    if (old) {
      old.positions = positions;
      old.show = true;
      old.material.uniforms.color = Cesium.Color.fromBytes(...rgba);
      return;
    }
    const material = Cesium.Material.fromType("Color", { color: Cesium.Color.fromBytes(...rgba) });
    this.bySlot.set(slot, this.lines.add({ positions, width: 1, material }));
  }
}
