// The assumptions of a model as sliders, boxes and choices. Values are kept as text, as the address holds them.

import { capital, esc, plain, stands } from "./words.js";

const STOPS = 1000; // of a slider; the value of a stop follows from its scale

/** How a slider's way 0..1 becomes a value: even, by ratio (wide ranges above zero), or cubic, finest where the default is
 * (far down a wide range, or at zero between both signs). */
export function scale(input) {
  const { lo, hi, default: usual } = input;
  const span = hi - lo;
  if (lo > 0 && hi / lo >= 100) return { at: (p) => lo * (hi / lo) ** p, of: (v) => Math.log(v / lo) / Math.log(hi / lo) };
  if (lo < 0 && hi > 0 && usual === 0 && span >= 100) {
    const at = (p) => (p < 0.5 ? lo * (1 - 2 * p) ** 3 : hi * (2 * p - 1) ** 3);
    return { at, of: (v) => (v < 0 ? (1 - Math.cbrt(v / lo)) / 2 : (1 + Math.cbrt(v / hi)) / 2) };
  }
  if ((usual - lo) / span < 0.08 && (usual > lo || span >= 1000)) return { at: (p) => lo + span * p ** 3, of: (v) => ((v - lo) / span) ** (1 / 3) };
  return { at: (p) => lo + span * p, of: (v) => (v - lo) / span };
}

/** The value of a slider's way, on the input's steps and inside its range. */
export function stopped(input, way) {
  const raw = scale(input).at(way);
  const fine = 10 ** (Math.floor(Math.log10(Math.max(Math.abs(raw), 1e-12))) - 2);
  const step = input.step || (input.whole ? 1 : fine);
  const value = way >= 1 ? input.hi : way <= 0 ? input.lo : input.lo + Math.round((raw - input.lo) / step) * step;
  return Math.min(input.hi, Math.max(input.lo, value));
}

/** The value one step up or down, for arrow keys: a slider's own hundredth is too coarse where its scale is wide. */
export function stepped(input, text, way) {
  const value = Number(text);
  const fine = value === 0 ? (input.hi - input.lo) / 100 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const step = input.step || (input.whole ? 1 : fine);
  return Math.min(input.hi, Math.max(input.lo, Math.round(value / step + way) * step));
}

const ARROWS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

const kind = (input) => {
  if (typeof input.default === "boolean") return "switch";
  if (input.choices.length) return "choice";
  if (typeof input.default === "string") return "text";
  return input.lo !== null && input.hi !== null && input.name !== "seed" ? "slider" : "number";
};

const STATUS = { read: "read in the source", "second-hand": "second-hand", computed: "computed", assumed: "assumed" };

function field(input) {
  const id = `in-${input.name}`;
  const box = `id="${id}" data-name="${esc(input.name)}" aria-describedby="why-${esc(input.name)} bad-${esc(input.name)}"`;
  switch (kind(input)) {
    case "switch":
      return `<label class="switch"><input type="checkbox" ${box}><i></i></label>`;
    case "choice":
      return `<select ${box}>${input.choices.map((c) => `<option>${esc(c)}</option>`).join("")}</select>`;
    default:
      return `<span class="box"><input type="text" ${kind(input) === "text" ? "" : 'inputmode="decimal"'} autocomplete="off" spellcheck="false" ${box}><small>${esc(input.unit)}</small></span>`;
  }
}

function why(input) {
  const facts = [input.help && `${capital(input.help.replace(/\.$/, ""))}.`, input.plausible && `Plausible: ${input.plausible}.`, input.accepted && `Accepted: ${input.accepted}.`, input.source && `Source: ${input.source.replace(/\.$/, "")}.`, `Status: ${STATUS[input.status] || input.status}.`];
  return facts.filter(Boolean).map(esc).join(" ");
}

function row(input) {
  const slider = kind(input) === "slider" ? `<input type="range" min="0" max="${STOPS}" step="any" data-for="${esc(input.name)}" aria-label="${esc(input.label)}">` : "";
  return `<li class="in ${kind(input)}" data-row="${esc(input.name)}">
    <label for="in-${esc(input.name)}" title="${why(input)}">${esc(input.label)}</label>
    <button type="button" class="tell" aria-expanded="false" aria-controls="why-${esc(input.name)}" aria-label="About: ${esc(input.label)}">i</button>
    ${field(input)}${slider}
    <p class="why" id="why-${esc(input.name)}" hidden>${why(input)}</p><p class="wrong" id="bad-${esc(input.name)}" role="alert" hidden></p></li>`;
}

/** The list of inputs inside ``holder``. change(): called after every move by the user. */
export class Inputs {
  constructor(holder, inputs, change) {
    this.inputs = inputs;
    this.change = change;
    this.texts = new Map(inputs.map((i) => [i.name, String(i.default)]));
    holder.innerHTML = inputs.map(row).join("");
    this.rows = new Map(inputs.map((i) => [i.name, holder.querySelector(`[data-row="${CSS.escape(i.name)}"]`)]));
    holder.addEventListener("input", (e) => this.#moved(e.target));
    holder.addEventListener("keydown", (e) => this.#key(e));
    holder.addEventListener("click", (e) => e.target.matches(".tell") && this.#tell(e.target));
    this.#showAll();
  }

  /** The query string of all inputs, in their order. */
  query() {
    return new URLSearchParams([...this.texts]).toString();
  }

  /** Take texts from elsewhere (an address, defaults); unknown names are kept, so that the server says what is wrong. */
  take(pairs) {
    for (const [name, text] of pairs) this.texts.set(name, text);
    this.#showAll();
  }

  reset() {
    this.texts = new Map(this.inputs.map((i) => [i.name, String(i.default)]));
    this.#showAll();
  }

  changed() {
    return this.inputs.some((i) => this.texts.get(i.name) !== String(i.default)) || this.texts.size > this.inputs.length;
  }

  /** Show the server's lines, each beside the input it speaks of. How many there are. */
  refuse(lines) {
    for (const [name, li] of this.rows) {
      const p = li.querySelector(".wrong");
      p.hidden = !lines[name];
      p.textContent = lines[name] ?? "";
      li.classList.toggle("bad", !p.hidden);
    }
    return [...this.rows.keys()].filter((name) => lines[name]).length;
  }

  #moved(element) {
    const name = element.dataset.for || element.dataset.name;
    const input = this.inputs.find((i) => i.name === name);
    if (!input) return;
    if (element.type === "range") this.texts.set(name, plain(stopped(input, element.value / STOPS)));
    else this.texts.set(name, element.type === "checkbox" ? String(element.checked) : element.value.trim());
    this.#show(input, element);
    this.change();
  }

  /** Arrows move a slider, and a box beside one, by one step of the input; left and right in a box are of its text. */
  #key(event) {
    const name = event.target.dataset.for || event.target.dataset.name;
    const input = this.inputs.find((i) => i.name === name);
    const way = ARROWS[event.key];
    const inBox = event.target.type === "text";
    if (!input || !way || kind(input) !== "slider" || (inBox && event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (!Number.isFinite(Number(this.texts.get(name)))) return;
    this.texts.set(name, plain(stepped(input, this.texts.get(name), way)));
    this.#show(input, null);
    this.change();
  }

  #tell(button) {
    const p = document.getElementById(button.getAttribute("aria-controls"));
    p.hidden = !p.hidden;
    button.setAttribute("aria-expanded", String(!p.hidden));
  }

  #showAll() {
    for (const input of this.inputs) this.#show(input, null);
  }

  #show(input, moving) {
    const text = this.texts.get(input.name);
    const li = this.rows.get(input.name);
    li.classList.toggle("moved", text !== String(input.default));
    const box = li.querySelector("[data-name]");
    if (box !== moving) box.type === "checkbox" ? (box.checked = text === "true") : (box.value = text);
    const slider = li.querySelector("[data-for]");
    if (!slider) return;
    if (slider !== moving && text !== "" && Number.isFinite(Number(text))) slider.value = STOPS * Math.min(1, Math.max(0, scale(input).of(Number(text))));
    li.querySelector(".box small").textContent = stands(input, text) || input.unit;
    slider.setAttribute("aria-valuetext", stands(input, text) || `${text} ${input.unit}`.trim());
    slider.style.setProperty("--way", `${slider.value / (STOPS / 100)}%`);
  }
}
