// From the state to the page, and from the browser's events to the state.

const viewButtons = document.querySelectorAll(".views [data-view]");
/** What the drawing was made of last: another scene is looked at from the start. */
let scene = null;
let spoken = null;
let focused = null;
let seen = "graph";
const narrow = matchMedia("(max-width: 800px)");

/** Show the state. `quiet` leaves alone what a person is just moving: the filters. */
function apply({ move = true, quiet = false } = {}) {
  language = state.language;
  const first = scene === null;
  if (spoken !== language) sayTemplate();
  shown = shownIn(state);
  const next = JSON.stringify([shown.asClusters, state.around, state.open, state.all, clusters.length ? [state.path, shown.asClusters || state.all ? 0 : [...shown.entities]] : 0]);
  const changed = next !== scene;
  if (changed && running) runPhysics(false);
  if (running) keepPlaces();
  if (changed) arranged = needsArranging() ? arrange(shown.entities, shown.relations, state.around) : new Map();
  scene = next;
  renderNotice();
  redraw();
  select();
  renderView();
  renderLegend();
  renderPanel();
  if (!quiet) renderFilters();
  if (!list.hidden && spoken !== language) renderHits();
  spoken = language;
  const focus = JSON.stringify([state.entity, state.relation, state.path]);
  if (focus !== focused && isFocused()) foldPanel(false);
  else if (state.view !== seen) foldPanel(state.view !== "graph" && narrow.matches);
  seen = state.view;
  // The line above the drawing may have changed the room it has.
  if (first || changed) network.redraw();
  if (first || changed) fit(!first);
  else if (move && focus !== focused) lookAtFocus();
  focused = focus;
}

/** Of a large graph, a part that a person can read whole gets places of its own. */
function needsArranging() {
  return clusters.length > 0 && !shown.asClusters && !state.all && shown.entities.size <= READABLE;
}

/** Mark the focus in the drawing. */
function select() {
  const selection = { nodes: [], edges: [] };
  if (state.relation !== null && edges.get(state.relation)) selection.edges = [state.relation];
  if (state.entity !== null && nodes.get(state.entity)) selection.nodes = [state.entity];
  network.setSelection(selection, { highlightEdges: false });
}

function lookAtFocus() {
  if (state.relation !== null) lookAt(data.relations[state.relation].slice(0, 2));
  else if (state.entity !== null) lookAt([...(nearby()?.entities ?? [state.entity])]);
  else if (state.path && shown.steps) lookAt([...(nearby()?.entities ?? [])]);
}

function renderView() {
  document.body.dataset.view = state.view;
  for (const button of viewButtons) {
    button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
    if (button.dataset.view === "figures") button.hidden = !hasFigures;
  }
  canvasHolder.inert = state.view !== "graph";
  tableHolder.hidden = state.view !== "table";
  figuresHolder.hidden = state.view !== "figures";
  if (state.view === "table") renderTable();
  if (state.view === "figures") renderFigures();
  for (const kind of ["png", "svg"]) document.querySelector(`[data-download=${kind}]`).hidden = state.view === "table";
}

network.on("click", ({ nodes: [node], edges: [relation] }) => {
  if (typeof node === "string") openCluster(clusterNumber(node));
  else if (node !== undefined) chooseEntity(node, { move: false });
  else if (typeof relation === "number") chooseRelation(relation, { move: false });
  else leaveFocus();
});
network.on("doubleClick", ({ nodes: [node] }) => {
  if (typeof node === "number") expand(node);
});
network.on("dragEnd", ({ nodes: [node] }) => {
  if (typeof node === "number") pinAt(node, network.getPosition(node), false);
});
for (const thing of ["Node", "Edge"]) {
  network.on(`hover${thing}`, () => canvasHolder.classList.add("pointing"));
  network.on(`blur${thing}`, () => canvasHolder.classList.remove("pointing"));
}

document.getElementById("zoom-in").addEventListener("click", () => zoom(1.4));
document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
document.getElementById("fit").addEventListener("click", () => fit());
document.getElementById("physics").addEventListener("click", () => runPhysics(!running));
document.getElementById("fold").addEventListener("click", () => foldPanel(!document.body.classList.contains("folded")));
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => go({ language: button.dataset.language }, { keep: false, move: false }));
}
for (const button of viewButtons) button.addEventListener("click", () => go({ view: button.dataset.view }));

/** The browser's own buttons, or an address typed by hand. */
function followAddress(event) {
  if (event.type === "popstate") step = event.state?.step ?? 0;
  const told = stateOf(location.hash.slice(1));
  if (fragmentOf(told) === fragmentOf(state)) return;
  state = told;
  pathStart = null;
  apply();
}
window.addEventListener("popstate", followAddress);
window.addEventListener("hashchange", followAddress);

narrow.addEventListener("change", () => apply({ move: false }));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  network.setOptions(drawingOptions());
  apply({ move: false });
});

state = stateOf(location.hash.slice(1));
step = history.state?.step ?? 0;
apply();
// For scripts beside the page, and for the page's own tests.
window.page = { network, nodes, edges, data, state: () => state, shown: () => shown, figures: () => figuresOf(shown) };
