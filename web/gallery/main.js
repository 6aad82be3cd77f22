// The gallery: a list of questions, and for each a page where inputs move and the answer follows. The address holds every input.

import { draw as drawChart } from "./chart.js";
import { Inputs } from "./inputs.js";
import { draw as drawTornado } from "./tornado.js";
import { capital, esc, stands } from "./words.js";

const IDLE_MS = 180; // of no moves, before the slower tornado and the address are brought up to date
const SEARCHING = "searching…";
const page = document.getElementById("page");
const st = (window.__st = { ready: false, answers: 0, searches: 0, ms: NaN, tornados: 0, query: "" });

async function get(url, signal) {
  const answer = await fetch(url, { signal }).catch(() => null);
  if (!answer) throw new Error("no connection: the server has stopped");
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.error), { input: body.input, inputs: body.inputs, status: answer.status });
  return body;
}

function list(found) {
  const card = (m) =>
    `<li><a class="card" href="?model=${encodeURIComponent(m.name)}"><h2>${esc(m.title)}</h2><p>${esc(m.question)}</p><small><code>${esc(m.name)}</code>${m.quick ? "" : " · searches for some seconds"}</small></a></li>`;
  const of = (head) => found.models.filter((m) => m.group === head);
  const heads = [...found.groups, ""].filter((head) => of(head).length);
  const section = (head) => `${head ? `<h2 class="group">${esc(head)}</h2>` : ""}<ul class="cards">${of(head).map(card).join("")}</ul>`;
  page.innerHTML = `<div class="intro"><h1>Questions and answers</h1><p>Move an assumption, see the answer. Every number says where it comes from.</p></div>${heads.map(section).join("")}`;
  st.ready = true;
}

const skeleton = (m) => `<article class="ask">
  <div class="head"><h1>${esc(m.question)}</h1><p>${esc(m.title)}</p></div>
  <section class="assume panel" aria-label="Assumptions"><div id="lead"><small>Assumptions</small><b></b><button type="button" id="reset" disabled>Reset</button></div><ul id="inputs"></ul></section>
  <div class="side">
    <section id="answer" class="panel" aria-label="Answer"><p class="wrong" id="wrong" role="alert" hidden></p><dl id="outputs" aria-live="polite"></dl><p class="warned" id="warned" hidden></p><p class="note" id="noted" hidden></p>
      <div class="actions"><button type="button" id="link">Copy link</button><button type="button" id="quote" disabled>Copy as a sentence</button><a class="button" id="yaml" download>Download YAML</a><span id="said" role="status"></span></div>
      <textarea id="by-hand" readonly hidden aria-label="Text to copy by hand"></textarea></section>
    <div id="charts"></div>
    <section id="tornado" class="panel"><h2><label for="output">What moves</label> <select id="output"></select> <span>most?</span></h2><p class="slow" hidden>Takes two searches for each assumption. <button type="button" id="move">Compute</button> <span id="tried" role="status"></span></p><div id="bars"></div></section>
    <section class="panel"><h2>What is assumed, and how it is known</h2><div class="wide"><table id="assumed"><thead><tr><th>Assumption</th><th>Value</th><th>Plausible</th><th>Accepted</th><th>Status</th><th>Source and note</th></tr></thead><tbody></tbody></table></div></section>
    <section class="panel"><h2>Limits</h2><p>${esc(m.limits)}</p><h2>Sources</h2><ol class="sources">${cited(m).map((s) => `<li>${esc(s)}</li>`).join("")}</ol><h2>The same on the command line</h2><p><code id="command">cupola report ${esc(m.name)} --out ${esc(m.name)}</code></p></section>
  </div></article>`;

/** All sources of a model, its own first, each once; a row of the table names them by number. */
const cited = (m) => [...new Set([...m.sources, ...m.inputs.map((i) => i.source).filter(Boolean)])];

/** One question's page. */
class Ask {
  constructor(model) {
    this.model = model;
    page.innerHTML = skeleton(model);
    this.$ = (id) => page.querySelector(`#${id}`);
    this.inputs = new Inputs(this.$("inputs"), model.inputs, () => this.#moved());
    this.inputs.take([...new URLSearchParams(location.search)].filter(([k]) => k !== "model"));
    this.$("output").innerHTML = model.outputs.map((o) => `<option value="${esc(o.name)}">${esc(o.label)}</option>`).join("");
    this.$("output").value = model.at_once[0] ?? model.outputs[0].name;
    this.$("output").addEventListener("change", () => this.#chosen());
    this.$("move").closest(".slow").hidden = this.#barsAtOnce();
    this.$("reset").addEventListener("click", () => (this.inputs.reset(), this.#moved()));
    this.$("link").addEventListener("click", () => this.#copy(this.#address().href, "Link copied"));
    this.$("quote").addEventListener("click", () => this.#copy(this.found.sentence, "Sentence copied"));
    this.$("move").addEventListener("click", () => this.#slowTornado());
    new ResizeObserver(() => this.#draw()).observe(this.$("charts"));
    this.#ask();
  }

  #moved() {
    this.since ??= performance.now();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.#settle(), IDLE_MS);
    this.search?.abort();
    if (!this.#barsAtOnce()) this.#noBars();
    this.#ask(); // one is under way at most; what moves meanwhile is asked next, and only the newest
  }

  /** Ask for what is set now, of a question that searches what is known at once; while one answer is under way the newest wish
   * waits, older ones are forgotten. */
  async #ask() {
    if (this.busy) return void (this.again = true);
    this.busy = true;
    const since = this.since ?? performance.now();
    this.since = null;
    const query = this.inputs.query();
    try {
      this.#take(await get(`../api/${this.model.quick ? "answer" : "first"}/${this.model.name}?${query}`));
      st.got = performance.now() - since;
      requestAnimationFrame(() => setTimeout(() => Object.assign(st, { ms: performance.now() - since, answers: st.answers + 1, query })));
    } catch (e) {
      this.#failed(e);
    }
    this.busy = false;
    if (this.again) {
      this.again = false;
      this.#ask();
    } else if (!this.idle) this.#settle();
  }

  /** The searched numbers, once the sliders rest. A move drops the wish, and the server begins none that was dropped. */
  async #search() {
    this.search?.abort();
    const { signal } = (this.search = new AbortController());
    const found = await get(`../api/answer/${this.model.name}?${this.inputs.query()}`, signal).catch((e) => e);
    if (signal.aborted) return;
    if (found instanceof Error) return this.#failed(found);
    this.#take(found);
    st.searches += 1;
  }

  #take(found) {
    this.found = found;
    this.inputs.refuse({});
    this.#refused("");
    this.#draw();
    this.#table();
  }

  #failed(e) {
    const alone = Object.keys(e.inputs ?? {}).length > 0;
    const marked = this.inputs.refuse(alone ? e.inputs : { [e.input ?? ""]: e.message });
    this.#refused(marked ? `No answer: see the marked assumption${marked > 1 ? "s" : ""}.` : e.message);
  }

  #refused(line) {
    const p = this.$("wrong");
    Object.assign(p, { hidden: !line, textContent: line });
    for (const id of ["answer", "charts", "lead"]) this.$(id).classList.toggle("old", Boolean(line));
    this.$("quote").disabled = Boolean(line) || !this.found.sentence;
    st.refused = line;
    this.#takeAlong();
  }

  /** Link and file are of what is set now; there is none of what is refused. */
  #takeAlong() {
    const yaml = this.$("yaml");
    this.$("link").disabled = Boolean(st.refused);
    if (st.refused) yaml.removeAttribute("href");
    else yaml.href = `../api/study/${this.model.name}?${this.inputs.query()}`;
  }

  /** Whether the bars of the output chosen need no search; others are made when asked for. */
  #barsAtOnce() {
    return this.model.at_once.includes(this.$("output").value);
  }

  #chosen() {
    this.$("move").closest(".slow").hidden = this.#barsAtOnce();
    this.#noBars();
    if (this.#barsAtOnce()) this.#tornado();
  }

  /** Bars of an output that is searched for: of the first assumption, of the first two and so on, until all are there, a slider
   * moves, the page is left or Stop is pressed. The server keeps what it found and stops with the request. */
  async #slowTornado() {
    if (this.trying) return this.#stopBars(`Stopped: ${this.moves ? `${this.moves.tried} of ${this.moves.of}` : "no"} assumptions tried.`);
    const { signal } = (this.trying = new AbortController());
    const [button, tried] = [this.$("move"), this.$("tried")];
    [button.textContent, tried.textContent] = ["Stop", "Trying the first assumption…"];
    for (let n = 1, of = 1; n <= of && !signal.aborted; n += 1) {
      const found = await this.#tornado(`&_first=${n}`, signal);
      if (signal.aborted) return;
      if (!found) return this.#stopBars("");
      of = found.of;
      tried.textContent = `${found.tried} of ${of} assumptions tried${n < of ? "…" : "."}`;
    }
    this.#stopBars(this.$("tried").textContent);
  }

  #stopBars(said) {
    this.trying?.abort();
    this.trying = null;
    [this.$("move").textContent, this.$("tried").textContent] = ["Compute", said];
  }

  #noBars(why = "") {
    this.#stopBars("");
    this.ticket = (this.ticket ?? 0) + 1; // bars that are under way are of another question
    this.moves = null;
    this.$("bars").innerHTML = why && `<p class="note">${esc(why)}</p>`;
  }

  #address() {
    const url = new URL(location.pathname, location.href);
    url.search = `model=${encodeURIComponent(this.model.name)}&${this.inputs.query()}`;
    return url;
  }

  /** What may lag behind the sliders: address, download, tornado. */
  #settle() {
    this.idle = 0;
    history.replaceState(null, "", this.#address());
    this.#takeAlong();
    this.$("reset").disabled = !this.inputs.changed();
    this.#table();
    if (this.#barsAtOnce()) this.#tornado();
    if (!this.model.quick && !this.busy && !st.refused) this.#search();
  }

  async #tornado(more = "", signal = undefined) {
    const ticket = (this.ticket = (this.ticket ?? 0) + 1);
    const output = this.$("output").value;
    const found = await get(`../api/tornado/${this.model.name}?${this.inputs.query()}&_output=${output}${more}`, signal).catch((e) => e);
    if (ticket !== this.ticket || signal?.aborted) return null;
    if (found instanceof Error) return void this.#noBars(found.input === undefined ? found.message : ""); // refused inputs are told by the answer
    this.moves = found;
    this.#drawTornado();
    st.tornados += 1;
    return found;
  }

  #drawTornado() {
    if (this.found?.searched?.includes(this.moves?.output)) return; // drawn when it is found
    const now = this.found?.outputs.find((o) => o.name === this.moves?.output);
    if (now && Number.isFinite(now.value)) drawTornado(this.$("bars"), this.moves, now, now.value);
    else this.$("bars").innerHTML = '<p class="note">This answer has no finite value here.</p>';
  }

  #draw() {
    if (!this.found) return;
    const { outputs, charts, command, warnings, notes, searched = [] } = this.found;
    const shown = (o) => (searched.includes(o.name) ? `<i class="open">${SEARCHING}</i>` : esc(o.shown));
    this.$("outputs").innerHTML = outputs.map((o) => `<div><dt>${esc(o.label)}</dt><dd data-output="${esc(o.name)}">${shown(o)}</dd></div>`).join("");
    this.$("command").textContent = command;
    Object.assign(this.$("warned"), { hidden: !warnings.length, textContent: warnings.join(" ") });
    Object.assign(this.$("noted"), { hidden: !notes.length, textContent: notes.join(" ") });
    const [label, value] = this.$("lead").children;
    [label.textContent, value.innerHTML] = [outputs[0].label, shown(outputs[0])];
    const holder = this.$("charts");
    while (holder.children.length > charts.length) holder.lastChild.remove();
    while (holder.children.length < charts.length) holder.appendChild(Object.assign(document.createElement("section"), { className: "panel chart" }));
    charts.forEach((c, k) => drawChart(holder.children[k], c, searched.length ? SEARCHING : ""));
    if (this.moves) this.#drawTornado();
  }

  #table() {
    const numbers = cited(this.model);
    const row = (i) => {
      const text = this.inputs.texts.get(i.name);
      const shown = st.refused || !this.found ? stands(i, text) || `${text} ${i.unit}`.trim() : this.found.given[i.name];
      const moved = text !== String(i.default);
      const [status, usual] = moved ? ["yours", `default ${i.usual}, ${i.status}`] : [i.status, ""];
      const source = i.source ? `[${numbers.indexOf(i.source) + 1}]` : "";
      return `<tr${moved ? ' class="moved"' : ""}><th scope="row">${esc(i.label)}</th><td>${esc(shown)}</td><td>${esc(i.plausible)}</td><td>${esc(i.accepted)}</td><td><span class="status ${esc(status.split(" ")[0])}">${esc(status)}</span></td><td title="${esc(i.source)}">${esc([[usual, source].filter(Boolean).join(" "), capital(i.help)].filter(Boolean).join(" "))}</td></tr>`;
    };
    this.$("assumed").tBodies[0].innerHTML = this.model.inputs.map(row).join("");
  }

  async #copy(text, said) {
    const box = this.$("by-hand");
    try {
      await navigator.clipboard.writeText(text);
      box.hidden = true;
      this.$("said").textContent = said;
    } catch {
      Object.assign(box, { hidden: false, value: text }); // the browser does not allow it here
      box.select();
      this.$("said").textContent = "Copy it from here:";
    }
    setTimeout(() => (this.$("said").textContent = ""), 4000);
  }
}

function failed(error) {
  page.innerHTML = `<p class="wrong" role="alert">${esc(error.message)}</p><p><a href="./">All questions</a></p>`;
  st.refused = error.message;
}

async function main() {
  const all = await get("../api/models");
  document.getElementById("version").textContent = `Cupola ${all.version}`;
  document.getElementById("to-picture").hidden = !all.picture;
  const given = new URLSearchParams(location.search), names = [...given.keys()];
  const twice = names.find((n, k) => names.indexOf(n) !== k);
  if (twice) throw new Error(`The address gives ${twice} more than once; give it once.`);
  const name = given.get("model");
  if (!name) return list(all);
  const model = await get(`../api/models/${encodeURIComponent(name)}`);
  document.title = `Cupola: ${model.title}`;
  document.getElementById("crumb").textContent = `› ${model.title}`;
  new Ask(model);
  st.ready = true;
}

main().catch(failed);
