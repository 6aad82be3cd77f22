// The socket and the binary layout (the server's core/columns.py): magic "CPL1", u32 header length, JSON header, 8-aligned columns.

const TYPES = {
  f8: Float64Array, f4: Float32Array, i4: Int32Array, i2: Int16Array, i1: Int8Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array, b1: Uint8Array,
};

/** A column batch as typed views over `buffer`, no copy. Throws an Error that says what cannot be read. */
export function decodeColumns(buffer) {
  const head = new DataView(buffer);
  if (buffer.byteLength < 8 || head.getUint32(0, false) !== 0x43504c31) throw new Error("not a Cupola batch");
  const size = head.getUint32(4, true);
  if (8 + size > buffer.byteLength) throw new Error("truncated in the header");
  const { kind, version, scalars, columns } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const table = {};
  let at = 8 + size;
  for (const [name, dtype, shape] of columns) {
    const View = TYPES[dtype];
    if (!View) throw new Error(`column ${name} has unknown type ${dtype}`);
    const count = shape.reduce((a, b) => a * b, 1);
    const length = count * View.BYTES_PER_ELEMENT;
    if (at + length > buffer.byteLength) throw new Error(`truncated in column ${name}`);
    table[name] = new View(buffer, at, count);
    at += length + ((8 - (length % 8)) % 8);
  }
  return { kind, version, scalars, table };
}

const PER_TRACK = { pos: 3, vel: 3, sigma: 1, stale: 1, id: 1, launch: 1, cls: 1, mode: 1 };

/** A picture frame: {t, wall, speed, n, classes, ...columns}. Throws if it is not one this page can show. */
export function decodeFrame(buffer) {
  const { kind, version, scalars, table } = decodeColumns(buffer);
  if (kind !== "frame" || version !== 1) throw new Error(`${kind} version ${version}: this page reads frame version 1`);
  if (!Number.isFinite(scalars.t)) throw new Error("frame without a time");
  const n = table.id?.length ?? 0;
  for (const [name, width] of Object.entries(PER_TRACK)) {
    if (table[name]?.length !== width * n) throw new Error(`column ${name} does not fit ${n} tracks`);
  }
  if (table.prob.length % Math.max(n, 1) || table.impact.length !== table.aimed.length * 6) throw new Error("columns of different length");
  return { ...scalars, n, classes: n ? table.prob.length / n : 0, ...table };
}

/** Keeps one socket open. `on`: {frame(frame), events(list), state(word), bad(message), open()}; counts go into `st`. */
export function connect(st, on) {
  let socket, patience = 500;
  const open = () => {
    on.state("connecting");
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { st.ws = "open"; patience = 500; on.open(); on.state("connected"); };
    socket.onclose = () => {
      st.ws = "closed";
      on.state("connection lost");
      patience = Math.min(patience * 2, 8000);
      setTimeout(open, patience);
    };
    socket.onmessage = (message) => {
      try {
        if (typeof message.data === "string") {
          on.events(JSON.parse(message.data));
        } else {
          st.bytes += message.data.byteLength;
          on.frame(decodeFrame(message.data));
          st.frames += 1;
        }
      } catch (error) {
        st.bad += 1;
        on.bad(error.message);
      }
    };
  };
  open();
}
