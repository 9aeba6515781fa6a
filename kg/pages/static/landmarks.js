// Names by zoom: from far away, those of the best connected, at a size that can be read.

const LANDMARKS = 300;
const LANDMARK_PIXELS = 12;
const LANDMARK_GAP = 8;
/** As many names as a screen holds; each costs time in every frame. */
const MOST_NAMES = 90;
let ranked = { of: null, ids: [] };
network.on("afterDrawing", drawLandmarks);

function drawLandmarks(context) {
  if (!shown || shown.asClusters) return;
  const scale = network.getScale();
  const near = nearby();
  const { size, face } = network.nodesHandler.options.font;
  // vis-network itself draws a label from one pixel below its threshold on.
  if (shown.entities.size <= NAMED_LIMIT && size * scale >= labelThreshold(near !== null) - 1) return;
  context.save();
  context.font = `${LANDMARK_PIXELS / scale}px ${face}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.lineWidth = 4 / scale;
  context.strokeStyle = network.nodesHandler.options.font.strokeColor;
  context.fillStyle = network.nodesHandler.options.font.color;
  nameWithin(context, candidates(near), viewBox(), scale);
  context.restore();
}

/** The named entity or its surroundings first, else the best connected. */
function candidates(near) {
  if (near) return [...near.entities];
  if (ranked.of !== shown) {
    const ids = [...shown.entities].sort((a, b) => relationsOf[b].length - relationsOf[a].length || a - b);
    ranked = { of: shown, ids };
  }
  return state.entity !== null && shown.entities.has(state.entity) ? [state.entity, ...ranked.ids] : ranked.ids;
}

function viewBox() {
  const { clientWidth, clientHeight } = canvasHolder;
  const [start, end] = [network.DOMtoCanvas({ x: 0, y: 0 }), network.DOMtoCanvas({ x: clientWidth, y: clientHeight })];
  return [start.x, start.y, end.x, end.y];
}

function nameWithin(context, ids, [left, top, right, bottom], scale) {
  const taken = [];
  let tried = 0;
  for (const id of ids) {
    const node = network.body.nodes[id];
    if (!node || node.x < left || node.x > right || node.y < top || node.y > bottom) continue;
    tried += 1;
    if (taken.length >= MOST_NAMES || tried > LANDMARKS) break;
    const text = data.network.nodes[id].label.replaceAll("\n", "");
    const half = context.measureText(text).width / 2 + LANDMARK_GAP / scale;
    const above = node.y + data.network.nodes[id].size + 3 / scale;
    const box = [node.x - half, above, node.x + half, above + (LANDMARK_PIXELS + LANDMARK_GAP) / scale];
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    context.strokeText(text, node.x, above);
    context.fillText(text, node.x, above);
  }
}
