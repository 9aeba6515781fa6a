// Keys: / searches, arrows walk from entity to entity or move the view, Enter reads, Esc leads out step by step.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAN_PIXELS = 80;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === field) return;
  const typing = event.target.closest("input");
  if (event.key === "Escape") return escape();
  if (typing) return;
  if (event.key === "/") {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "+" || event.key === "=") zoom(1.4);
  else if (event.key === "-") zoom(1 / 1.4);
  else if (event.key === "0") fit();
});

canvasHolder.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const direction = ARROWS[event.key];
  if (direction) {
    event.preventDefault();
    if (event.shiftKey || !walk(direction)) pan(direction);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (state.entity !== null || state.relation !== null) details.focus();
    else startWalking();
  }
});

/** One thing at a time: what lies on top first. */
function escape() {
  if (!document.getElementById("downloads").hidden) {
    showDownloads(false);
    document.getElementById("download").focus();
  } else if (pathStart !== null) cancelPath();
  else if (filters.contains(document.activeElement)) showFilters(false);
  else if (state.entity !== null || state.relation !== null) leaveFocus();
  else showWhole();
}

/** Go to the related entity that lies best in a direction; false where there is nobody to start from. */
function walk([right, down]) {
  if (state.entity === null || shown.asClusters || !nodes.get(state.entity)) return false;
  const here = network.getPosition(state.entity);
  let [best, least] = [null, Infinity];
  for (const index of relationsOf[state.entity]) {
    if (!shown.relations.has(index)) continue;
    const other = otherEnd(index, state.entity);
    const { x, y } = network.getPosition(other);
    const along = (x - here.x) * right + (y - here.y) * down;
    const aside = Math.abs((x - here.x) * down) + Math.abs((y - here.y) * right);
    // Within 60 degrees of the arrow; what lies straight ahead counts as nearer.
    if (along <= 0 || aside > 1.73 * along) continue;
    if (along + 2 * aside < least) [best, least] = [other, along + 2 * aside];
  }
  if (best !== null) chooseEntity(best);
  return true;
}

function startWalking() {
  if (shown.asClusters) return;
  const [first] = [...shown.entities].sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b);
  if (first !== undefined) chooseEntity(first);
}

function pan([right, down]) {
  const { x, y } = network.getViewPosition();
  const step = PAN_PIXELS / network.getScale();
  network.moveTo({ position: { x: x + right * step, y: y + down * step }, animation: animation() });
}
