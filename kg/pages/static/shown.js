// What is shown: the graph after the filters, and the part of it that is looked at.

/** One neighbourhood shows at most so many neighbours, those with the most behind them. */
const NEIGHBOURS = 120;

/** Entities and relations (index -> claims) that pass the filters. */
function passing(chosen) {
  const off = new Set(chosen.classes);
  const silent = new Set(chosen.predicates);
  const gone = new Set(chosen.hidden);
  const inside = chosen.place ? codesWithin(chosen.place) : null;
  const here = (id) => !inside || inside.has(data.entities[id].place);
  const allowed = data.entities.map(({ scored, place }, id) => !off.has(scored) && !gone.has(id) && (here(id) || !place));
  const timed = chosen.from !== null || chosen.to !== null;
  const [from, to] = [chosen.from ?? -Infinity, chosen.to ?? Infinity];
  const inTime = (claim) => spans[claim] !== null && spans[claim][0] <= to && spans[claim][1] >= from;
  const relations = new Map();
  const joined = new Set();
  data.relations.forEach(([subject, object, predicate, , claims], index) => {
    if (silent.has(predicate) || !allowed[subject] || !allowed[object] || !(here(subject) || here(object))) return;
    const kept = timed ? claims.filter(inTime) : claims;
    if (!kept.length || (chosen.least > 1 && independent(kept) < chosen.least)) return;
    relations.set(index, kept);
    joined.add(subject).add(object);
  });
  const bare = !timed && chosen.least === 1 && !silent.size;
  const entities = new Set();
  for (let id = 0; id < allowed.length; id += 1) if (joined.has(id) || (bare && allowed[id] && here(id))) entities.add(id);
  return { entities, relations };
}

/** What of the graph is in the picture: {entities, relations, steps, left, asClusters, passed}. */
function shownIn(chosen) {
  const passed = passing(chosen);
  const focused = focusEnds(chosen);
  for (const id of focused) passed.entities.add(id);
  const part = partOf(chosen, passed);
  const asClusters = part.entities === passed.entities && clusters.length > 0 && !chosen.all && passed.entities.size > READABLE;
  const relations = new Map();
  if (!asClusters) {
    for (const [index, claims] of passed.relations) {
      const [subject, object] = data.relations[index];
      if (part.entities.has(subject) && part.entities.has(object)) relations.set(index, claims);
    }
  }
  if (chosen.relation !== null && !passed.relations.has(chosen.relation) && !asClusters) relations.set(chosen.relation, data.relations[chosen.relation][4]);
  return { steps: null, left: 0, ...part, relations: asClusters ? passed.relations : relations, asClusters, passed };
}

/** The entities that must be shown because they are in focus. */
function focusEnds(chosen) {
  if (chosen.relation !== null) return data.relations[chosen.relation].slice(0, 2);
  return chosen.entity === null ? [] : [chosen.entity];
}

function partOf(chosen, passed) {
  if (chosen.path) {
    const steps = shortestPath(...chosen.path, passed);
    // In a small graph the path lies in its surroundings; of a large one it is all there is to see.
    if (!clusters.length || !steps) return { entities: passed.entities, steps: steps ?? [] };
    return { entities: new Set([...chosen.path, ...steps.flatMap((index) => data.relations[index].slice(0, 2))]), steps };
  }
  if (chosen.around.length) return neighbourhood(chosen.around, passed);
  if (chosen.open !== null) {
    const entities = new Set(clusters[chosen.open].entities.filter((id) => passed.entities.has(id)));
    for (const id of focusEnds(chosen)) entities.add(id);
    return { entities };
  }
  return { entities: passed.entities };
}

function neighbourhood(centres, passed) {
  const entities = new Set(centres);
  let left = 0;
  for (const centre of centres) {
    const weights = new Map();
    for (const index of relationsOf[centre]) {
      const claims = passed.relations.get(index);
      if (!claims) continue;
      const [subject, object] = data.relations[index];
      const other = subject === centre ? object : subject;
      if (other !== centre) weights.set(other, (weights.get(other) ?? 0) + claims.length);
    }
    const order = [...weights.keys()].sort((a, b) => weights.get(b) - weights.get(a) || relationsOf[b].length - relationsOf[a].length || a - b);
    order.slice(0, NEIGHBOURS).forEach((id) => entities.add(id));
    left += order.slice(NEIGHBOURS).filter((id) => !entities.has(id)).length;
  }
  return { entities, left };
}

/** Relations that lead from one entity to another over as few others as possible, or null. */
function shortestPath(start, end, passed) {
  const cameBy = new Map([[start, null]]);
  let edge = [start];
  while (edge.length && !cameBy.has(end)) {
    const next = [];
    for (const id of edge) {
      // Of two ways of one length, the one that more passages tell of.
      const ways = relationsOf[id].filter((index) => passed.relations.has(index));
      ways.sort((a, b) => passed.relations.get(b).length - passed.relations.get(a).length || a - b);
      for (const index of ways) {
        const other = otherEnd(index, id);
        if (cameBy.has(other)) continue;
        cameBy.set(other, [index, id]);
        next.push(other);
      }
    }
    edge = next;
  }
  if (!cameBy.has(end)) return null;
  const steps = [];
  for (let at = end; cameBy.get(at); at = cameBy.get(at)[1]) steps.unshift(cameBy.get(at)[0]);
  return steps;
}

function otherEnd(index, id) {
  const [subject, object] = data.relations[index];
  return subject === id ? object : subject;
}

/** How many filters are in force. */
function filtersActive(chosen) {
  const timed = chosen.from !== null || chosen.to !== null;
  return Number(chosen.classes.length > 0) + Number(chosen.predicates.length > 0) + Number(chosen.place !== null) + Number(timed) + Number(chosen.least > 1) + Number(chosen.hidden.length > 0);
}

/** Lines between clusters with how many relations each stands for, the strongest first. */
function clusterLines(shown) {
  const counts = new Map();
  for (const index of shown.passed.relations.keys()) {
    const ends = data.relations[index].slice(0, 2).map((id) => clusterOf.get(id));
    if (ends[0] === undefined || ends[1] === undefined || ends[0] === ends[1]) continue;
    const key = Math.min(...ends) * clusters.length + Math.max(...ends);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, count]) => ({ one: Math.floor(key / clusters.length), two: key % clusters.length, count }))
    .sort((a, b) => b.count - a.count || a.one - b.one || a.two - b.two);
}

/** Members of each cluster that pass the filters. */
function clusterSizes(shown) {
  return clusters.map(({ entities }) => entities.reduce((sum, id) => sum + Number(shown.passed.entities.has(id)), 0));
}
