// Places for a part of a large graph: where its entities stand in the whole says little about them alone.

const ROUNDS = 160;
const ROOM = 120;
/** The pull of the middle: strong enough that a pair which nothing joins to the rest stays at its edge. */
const HOLD = 1.2;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Map of entity -> [x, y]: joined ones near each other, labels side by side. The same part, the same places. */
function arrange(entities, relations, centres = []) {
  const joined = new Set([...relations.keys()].flatMap((index) => data.relations[index].slice(0, 2)));
  const all = [...entities].sort((a, b) => a - b);
  const ids = all.filter((id) => joined.has(id));
  const at = new Map(ids.map((id, place) => [id, place]));
  const links = [...relations.keys()].map((index) => data.relations[index].slice(0, 2).map((id) => at.get(id))).filter(([one, two]) => one !== two);
  const degree = new Float64Array(ids.length);
  for (const ends of links) for (const end of ends) degree[end] += 1;
  const order = ids.map((_, place) => place).sort((a, b) => degree[b] - degree[a] || a - b);
  for (const centre of [...centres].reverse()) {
    const place = at.get(centre);
    if (place !== undefined) order.unshift(...order.splice(order.indexOf(place), 1));
  }
  const [x, y] = [new Float64Array(ids.length), new Float64Array(ids.length)];
  order.forEach((place, rank) => {
    x[place] = ROOM * 0.8 * Math.sqrt(rank) * Math.cos(rank * GOLDEN_ANGLE);
    y[place] = ROOM * 0.8 * Math.sqrt(rank) * Math.sin(rank * GOLDEN_ANGLE);
  });
  for (let round = 0; round < ROUNDS; round += 1) push(x, y, links, degree, 1 - round / ROUNDS);
  part(x, y, ids.map(boxOf));
  const found = new Map(ids.map((id, place) => [id, [Math.round(x[place]), Math.round(y[place])]]));
  return inRows(all.filter((id) => !joined.has(id)), found);
}

/** Those that nothing joins stand in rows under the others, not strewn around them. */
function inRows(lone, found) {
  const reach = [...found.values()];
  const [left, right] = [Math.min(-ROOM, ...reach.map(([x]) => x)), Math.max(ROOM, ...reach.map(([x]) => x))];
  const wide = Math.max(right - left, 900, 150 * Math.sqrt(lone.length));
  let [x, y] = [(left + right - wide) / 2, Math.max(-100, ...reach.map((place) => place[1])) + 150];
  const start = x;
  let high = 0;
  for (const id of lone) {
    const [boxWide, boxHigh] = boxOf(id);
    if (x > start && x + boxWide > start + wide) [x, y, high] = [start, y + high, 0];
    found.set(id, [Math.round(x + boxWide / 2), Math.round(y)]);
    x += boxWide;
    high = Math.max(high, boxHigh);
  }
  return found;
}

/** One round of forces: all push each other away, lines pull, the middle holds. */
function push(x, y, links, degree, heat) {
  const count = x.length;
  const [dx, dy] = [new Float64Array(count), new Float64Array(count)];
  for (let one = 0; one < count; one += 1) {
    for (let two = one + 1; two < count; two += 1) {
      const [ax, ay] = [x[one] - x[two], y[one] - y[two]];
      const force = (ROOM * ROOM) / (ax * ax + ay * ay + 1);
      dx[one] += ax * force;
      dy[one] += ay * force;
      dx[two] -= ax * force;
      dy[two] -= ay * force;
    }
    dx[one] -= x[one] * HOLD;
    dy[one] -= y[one] * HOLD;
  }
  for (const [one, two] of links) {
    const [ax, ay] = [x[one] - x[two], y[one] - y[two]];
    const force = Math.hypot(ax, ay) / ROOM / Math.sqrt(Math.max(1, Math.min(degree[one], degree[two])));
    dx[one] -= ax * force;
    dy[one] -= ay * force;
    dx[two] += ax * force;
    dy[two] += ay * force;
  }
  for (let one = 0; one < count; one += 1) {
    const length = Math.hypot(dx[one], dy[one]) || 1;
    const step = Math.min(length, ROOM * (0.05 + heat));
    x[one] += (dx[one] / length) * step;
    y[one] += (dy[one] / length) * step;
  }
}

/** Width and height that an entity and its label under it take. */
function boxOf(id) {
  const { label } = data.network.nodes[id];
  const size = nodeSize(id);
  const lines = label.split("\n");
  const columns = (line) => [...line].reduce((sum, character) => sum + (character > "\u2e7f" ? 2 : 1), 0);
  return [Math.max(2 * size, ...lines.map((line) => columns(line) * 7.7)) + 14, 2 * size + 18 * lines.length + 12];
}

/** Push apart what lies on each other, along the shorter way. */
function part(x, y, boxes) {
  for (let round = 0; round < 60; round += 1) {
    let touching = false;
    for (let one = 0; one < x.length; one += 1) {
      for (let two = one + 1; two < x.length; two += 1) {
        const wide = (boxes[one][0] + boxes[two][0]) / 2 - Math.abs(x[one] - x[two]);
        const high = (boxes[one][1] + boxes[two][1]) / 2 - Math.abs(y[one] - y[two]);
        if (wide <= 0 || high <= 0) continue;
        touching = true;
        const axis = wide < high ? x : y;
        const half = ((axis[one] < axis[two] ? -1 : 1) * Math.min(wide, high)) / 2;
        axis[one] += half;
        axis[two] -= half;
      }
    }
    if (!touching) return;
  }
}
