// What a person does, and what follows from it.

/** The focuses before this one, for the way back. */
const trail = [];

/** Bring an entity, a relation or (with {}) the whole graph into focus. */
function go(next, { keep = true, move = true } = {}) {
  if (JSON.stringify(next) === JSON.stringify(focus)) return;
  if (keep) trail.push(focus);
  focus = next;
  if (focus.entity === undefined && focus.relation === undefined) trail.length = 0;
  reveal();
  redraw();
  show();
  if (!move) return;
  if (focus.relation !== undefined) lookAt(data.relations[focus.relation].slice(0, 2));
  else if (focus.entity !== undefined) lookAt([...(nearby()?.entities ?? [focus.entity])].filter((id) => !isHidden(id)));
}

/** What is asked for is shown, even of a hidden class. */
function reveal() {
  const wanted = focus.relation !== undefined ? data.relations[focus.relation].slice(0, 2) : focus.entity !== undefined ? [focus.entity] : [];
  for (const id of wanted) hiddenClasses.delete(data.entities[id].scored);
}

/** Mark the focus in the drawing, and tell of it in the legend and the panel. */
function show() {
  const selection = { nodes: [], edges: [] };
  if (focus.relation !== undefined) selection.edges = [focus.relation];
  if (focus.entity !== undefined) selection.nodes = [focus.entity];
  network.setSelection(selection, { highlightEdges: false });
  renderLegend();
  const focused = focus.relation !== undefined || focus.entity !== undefined;
  renderPanel(focused ? () => go(trail.pop() ?? {}, { keep: false }) : null);
  if (focused) foldPanel(false);
}

function toggleClass(name) {
  if (name === null) hiddenClasses.clear();
  else if (!hiddenClasses.delete(name)) hiddenClasses.add(name);
  redraw();
  renderLegend();
}

function speak(next) {
  language = next;
  sayTemplate();
  redraw();
  show();
  if (!list.hidden) renderHits();
}

/** On a phone the panel is a sheet over the drawing: folded, it leaves the drawing the screen. */
function foldPanel(folded) {
  const button = document.getElementById("fold");
  document.body.classList.toggle("folded", folded);
  button.setAttribute("aria-expanded", String(!folded));
  button.dataset.label = folded ? "show_panel" : "hide_panel";
  button.setAttribute("aria-label", say(button.dataset.label));
}

network.on("click", ({ nodes: [entity], edges: [relation] }) => {
  if (entity !== undefined) go({ entity }, { move: false });
  else if (relation !== undefined) go({ relation }, { move: false });
  else go({});
});
network.on("hoverNode", () => canvasHolder.classList.add("pointing"));
network.on("blurNode", () => canvasHolder.classList.remove("pointing"));
network.on("hoverEdge", () => canvasHolder.classList.add("pointing"));
network.on("blurEdge", () => canvasHolder.classList.remove("pointing"));

document.getElementById("zoom-in").addEventListener("click", () => zoom(1.4));
document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
document.getElementById("fit").addEventListener("click", () => fit());
document.getElementById("fold").addEventListener("click", () => foldPanel(!document.body.classList.contains("folded")));
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === field) return;
  if (event.key === "/") {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape") go({});
  else if (event.key === "+" || event.key === "=") zoom(1.4);
  else if (event.key === "-") zoom(1 / 1.4);
  else if (event.key === "0") fit();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  network.setOptions(drawingOptions());
  redraw();
});

sayTemplate();
describe();
show();
// For scripts beside the page, and for the page's own tests.
window.page = { network, nodes, edges, data };
