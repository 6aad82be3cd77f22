// Draws the charts of a report; vegaEmbed comes before it in the same file.
const specs = JSON.parse(document.getElementById("specs").textContent);
const options = { actions: { export: true, source: false, compiled: false, editor: false }, renderer: "svg", downloadFileName: document.title };
window.__st = { drawn: 0, of: specs.length };
specs.forEach((spec, k) => vegaEmbed(`#chart-${k}`, { width: "container", ...spec }, options).then(() => (window.__st.drawn += 1)));
