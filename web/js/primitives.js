// Points and lines drawn by our own commands: motion and fading happen in the vertex shader, so that between two frames of the server
// no JavaScript touches 20,000 objects. These classes use exported but private parts of Cesium (Buffer, VertexArray, ShaderProgram,
// DrawCommand, RenderState): Cesium is pinned, this is the only module that does so, and public.js holds the fallback.

const Cesium = window.Cesium;

const POINT_VS = `
in vec3 pos; in vec3 vel; in vec4 tint; uniform float u_dt; uniform float u_scale; out vec3 v_rgb;
void main() {
  float code = floor(tint.a * 255.0 + 0.5);
  float size = floor(code / 2.0) / 8.0;
  float r = length(pos);
  vec3 falling = -pos / r * (3.986004418e14 / (r * r)) + vec3(1.458423e-4 * vel.y, -1.458423e-4 * vel.x, 0.0);
  vec3 now = pos + vel * u_dt + 0.5 * u_dt * u_dt * falling * mod(code, 2.0);
  v_rgb = tint.rgb;
  gl_Position = czm_projection * czm_modelView * vec4(now, 1.0);
  gl_PointSize = size * u_scale;
  if (size < 0.1) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;
const POINT_FS = `
in vec3 v_rgb;
void main() {
  vec2 d = gl_PointCoord - 0.5;
  if (dot(d, d) > 0.25) discard;
  out_FragColor = vec4(v_rgb, 1.0);
}`;
const LINE_VS = `
in vec3 pos; in float born; in vec4 tint; uniform float u_t; uniform float u_ahead; out vec4 v_rgba;
void main() {
  v_rgba = vec4(tint.rgb, tint.a * (born > u_t ? u_ahead : 1.0));
  gl_Position = czm_projection * czm_modelView * vec4(pos, 1.0);
}`;
const LINE_FS = `
in vec4 v_rgba;
void main() { if (v_rgba.a < 0.01) discard; out_FragColor = v_rgba; }`;

const EVERYWHERE = new Cesium.BoundingSphere(Cesium.Cartesian3.ZERO, 6e7);

class Drawn {
  /** What both have in common: a shader, one command, resources freed on destroy. onFail is told once when drawing is impossible. */
  constructor(onFail) {
    this.show = true;
    this.onFail = onFail;
    this.failed = false;
  }

  update(frameState) {
    if (!this.show || this.failed || !frameState.passes.render) return;
    try {
      this.prepare(frameState.context);
      if (this.command && this.command.count > 0) frameState.commandList.push(this.command);
    } catch (error) {
      this.failed = true;
      this.onFail(error);
    }
  }

  makeCommand(context, parts) {
    this.shader ??= Cesium.ShaderProgram.fromCache({
      context,
      vertexShaderSource: parts.vs,
      fragmentShaderSource: parts.fs,
      attributeLocations: parts.locations,
    });
    return new Cesium.DrawCommand({
      owner: this,
      primitiveType: parts.type,
      vertexArray: this.vertexArray,
      shaderProgram: this.shader,
      renderState: Cesium.RenderState.fromCache({
        depthTest: { enabled: true },
        depthMask: parts.solid,
        blending: parts.solid ? Cesium.BlendingState.DISABLED : Cesium.BlendingState.ALPHA_BLEND,
      }),
      uniformMap: parts.uniforms,
      pass: Cesium.Pass.OPAQUE,
      boundingVolume: EVERYWHERE,
      cull: false,
      count: 0,
    });
  }

  isDestroyed() {
    return false;
  }

  destroy() {
    this.vertexArray?.destroy();
    this.shader?.destroy();
    return Cesium.destroyObject(this);
  }
}

/** Moving points. `set` takes the frame's own arrays; tint is rgb and a code: size * 8 * 2 + (1 if it falls freely), 0 hides. */
export class Points extends Drawn {
  constructor(onFail) {
    super(onFail);
    this.dt = 0;
    this.scale = window.devicePixelRatio || 1;
    this.room = 0;
    this.fresh = null;
  }

  set(pos, vel, tint) {
    this.fresh = { pos, vel, tint };
  }

  setTint(tint) {
    if (this.fresh) this.fresh.tint = tint;
    else this.freshTint = tint;
  }

  prepare(context) {
    if (this.freshTint && this.buffers && !this.fresh) this.buffers[2].copyFromArrayView(this.freshTint, 0);
    this.freshTint = null;
    if (!this.fresh) return;
    const { pos, vel, tint } = this.fresh;
    const n = pos.length / 3;
    if (n > this.room) this.makeRoom(context, Math.ceil(n * 1.25) + 256);
    if (n) [pos, vel, tint].forEach((array, k) => this.buffers[k].copyFromArrayView(array, 0));
    if (this.command) this.command.count = n;
    this.fresh = null;
  }

  makeRoom(context, room) {
    this.vertexArray?.destroy();
    const usage = Cesium.BufferUsage.DYNAMIC_DRAW;
    this.buffers = [12, 12, 4].map((bytes) => Cesium.Buffer.createVertexBuffer({ context, sizeInBytes: room * bytes, usage }));
    const { FLOAT, UNSIGNED_BYTE } = Cesium.ComponentDatatype;
    const attributes = [[3, FLOAT, false], [3, FLOAT, false], [4, UNSIGNED_BYTE, true]].map(([width, componentDatatype, normalize], index) => ({
      index, vertexBuffer: this.buffers[index], componentsPerAttribute: width, componentDatatype, normalize,
    }));
    this.vertexArray = new Cesium.VertexArray({ context, attributes });
    this.room = room;
    this.command = this.makeCommand(context, {
      vs: POINT_VS, fs: POINT_FS, locations: { pos: 0, vel: 1, tint: 2 }, type: Cesium.PrimitiveType.POINTS, solid: true,
      uniforms: { u_dt: () => this.dt, u_scale: () => this.scale },
    });
  }
}

const STRIDE = 20; // position 3 x f4, time f4, colour 4 x u1

/** Polylines in slots of at most `per` points. A point may carry a time: what lies after `t` is drawn fainter (predicted). */
export class Lines extends Drawn {
  constructor(slots, per, onFail) {
    super(onFail);
    Object.assign(this, { per, t: 0, ahead: 0.45, dirty: true });
    this.grow(slots);
  }

  grow(slots) {
    const old = this.bytes;
    this.slots = slots;
    this.bytes = new Uint8Array(slots * this.slotBytes());
    if (old) this.bytes.set(old);
    this.floats = new Float32Array(this.bytes.buffer);
    this.dirty = true;
  }

  slotBytes() {
    return (this.per - 1) * 2 * STRIDE;
  }

  /** points: list of [x, y, z]; times: list or null (always there); rgba: 0-255. An empty list clears the slot. */
  set(slot, points, times, rgba) {
    if (slot >= this.slots) this.grow(Math.max(slot + 1, this.slots * 2));
    const from = slot * this.slotBytes();
    this.bytes.fill(0, from, from + this.slotBytes());
    for (let k = 0; k + 1 < Math.min(points.length, this.per); k++) {
      for (const end of [0, 1]) {
        const at = from + (2 * k + end) * STRIDE;
        this.floats.set(points[k + end], at / 4);
        this.floats[at / 4 + 3] = times ? times[k + end] : -1e9;
        this.bytes.set(rgba, at + 16);
      }
    }
    this.dirty = true;
  }

  prepare(context) {
    if (!this.dirty) return;
    if (!this.buffer || this.buffer.sizeInBytes !== this.bytes.length) {
      this.vertexArray?.destroy();
      this.buffer = Cesium.Buffer.createVertexBuffer({ context, sizeInBytes: this.bytes.length, usage: Cesium.BufferUsage.DYNAMIC_DRAW });
      const vertexBuffer = this.buffer, strideInBytes = STRIDE, { FLOAT, UNSIGNED_BYTE } = Cesium.ComponentDatatype;
      this.vertexArray = new Cesium.VertexArray({
        context,
        attributes: [
          { index: 0, vertexBuffer, componentsPerAttribute: 3, componentDatatype: FLOAT, strideInBytes, offsetInBytes: 0 },
          { index: 1, vertexBuffer, componentsPerAttribute: 1, componentDatatype: FLOAT, strideInBytes, offsetInBytes: 12 },
          { index: 2, vertexBuffer, componentsPerAttribute: 4, componentDatatype: UNSIGNED_BYTE, normalize: true, strideInBytes, offsetInBytes: 16 },
        ],
      });
      this.command = this.makeCommand(context, {
        vs: LINE_VS, fs: LINE_FS, locations: { pos: 0, born: 1, tint: 2 }, type: Cesium.PrimitiveType.LINES, solid: false,
        uniforms: { u_t: () => this.t, u_ahead: () => this.ahead },
      });
    }
    this.buffer.copyFromArrayView(this.bytes, 0);
    this.command.count = this.bytes.length / STRIDE;
    this.dirty = false;
  }
}
