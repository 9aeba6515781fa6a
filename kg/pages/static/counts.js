// The numbers behind the figures: what is done when, where and by whom, counted over what is shown.

const TOGETHER = "collaboratesWith";
const MOST_MONTHS = 120;
const MOST_SECTORS = 10;
const MOST_BARS = 12;
/** One row is no comparison. */
const LEAST_ROWS = 2;
const COUNTERS = [
  { id: "months", kind: "months", count: monthCounts },
  { id: "sectors", kind: "bars", count: sectorCounts },
  { id: "places", kind: "places", count: placeCounts },
  { id: "together", kind: "matrix", count: togetherCounts },
  { id: "partners", kind: "bars", count: (part) => mostJoined(part, "Agency", TOGETHER) },
  { id: "schools", kind: "bars", count: (part) => mostJoined(part, "School", null) },
];

/** The figures of a part of the graph (its entities, its relations with their claims) that have something to say. */
function figuresOf(part) {
  return COUNTERS.map(({ id, kind, count }) => ({ id, kind, data: count(part) })).filter((figure) => figure.data !== null);
}

/** The whole graph, as a part of itself. */
function wholeGraph() {
  return { entities: new Set(data.entities.keys()), relations: new Map(data.relations.map(([, , , , claims], index) => [index, claims])) };
}

function add(counts, key, value = 1) {
  counts.set(key, (counts.get(key) ?? 0) + value);
}

/** Keys with their counts, the largest first, equal ones in the order of their keys. */
function byCount(counts) {
  return [...counts].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
}

/** What an entity is counted under: agencies by the class right below them, all else by its own of the ten. */
function sectorOf({ kind, scored }) {
  return scored === "Agency" ? (data.terms.sectors[kind] ?? scored) : scored;
}

function agenciesIn({ entities }) {
  return [...entities].map((id) => data.entities[id]).filter(({ scored }) => scored === "Agency");
}

/** Claims that begin in each month, without gaps, at most the last ten years; one of more than a month, such as "in 2024", is in none. */
function monthCounts({ relations }) {
  const counts = new Map();
  for (const claims of relations.values()) {
    for (const claim of claims) if (spans[claim] && spans[claim][0] === spans[claim][1]) add(counts, spans[claim][0]);
  }
  if (counts.size < LEAST_ROWS) return null;
  const told = [...counts.keys()].sort((a, b) => a - b);
  const last = told[told.length - 1];
  const first = Math.max(told[0], last - MOST_MONTHS + 1);
  const line = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  return { months: line.map(monthText), values: line.map((month) => counts.get(month) ?? 0) };
}

/** How many agencies each sector has. */
function sectorCounts(part) {
  const counts = new Map();
  for (const agency of agenciesIn(part)) add(counts, sectorOf(agency));
  // One agency of each says nothing that the drawing does not.
  if (counts.size < LEAST_ROWS || Math.max(...counts.values()) === 1) return null;
  return { rows: byCount(counts).slice(0, MOST_BARS).map(([name, value]) => ({ label: kindLabel(name), value })) };
}

/** How many agencies of each sector each place has, on the widest level that tells several apart. */
function placeCounts(part) {
  const found = agenciesIn(part)
    .map((agency) => ({ sector: sectorOf(agency), trail: placeTrail(agency.place) }))
    .filter(({ trail }) => trail.length);
  const level = [0, 1, 2].find((depth) => new Set(found.map(({ trail }) => trail[depth]).filter(Boolean)).size >= LEAST_ROWS);
  if (level === undefined) return null;
  // What lies above the level (a province's own bureau beside its cities) stands in a row of its own.
  const cells = found.map(({ sector, trail }) => [trail[Math.min(level, trail.length - 1)], sector]);
  const [byPlace, bySector] = [new Map(), new Map()];
  for (const [place, sector] of cells) {
    add(byPlace, place);
    add(bySector, sector);
  }
  const { labels: columns, column } = sectorColumns(bySector);
  const rows = new Map(byCount(byPlace).slice(0, MOST_BARS).map(([code]) => [code, new Array(columns.length).fill(0)]));
  for (const [place, sector] of cells) if (rows.has(place)) rows.get(place)[column.get(sector)] += 1;
  return { columns, rows: [...rows].map(([code, values]) => ({ label: placeName(code), code, values })) };
}

/** How many pairs of organisations of two sectors work together: a square, the same both ways. */
function togetherCounts({ relations }) {
  const organisations = new Set(data.terms.organisations);
  const pairs = new Map();
  for (const index of relations.keys()) {
    const [subject, object, predicate] = data.relations[index];
    const ends = [subject, object].map((id) => data.entities[id]);
    if (predicate === TOGETHER && subject !== object && ends.every(({ scored }) => organisations.has(scored))) pairs.set(`${Math.min(subject, object)} ${Math.max(subject, object)}`, ends.map(sectorOf));
  }
  const totals = new Map();
  for (const pair of pairs.values()) for (const sector of pair) add(totals, sector);
  if (totals.size < LEAST_ROWS) return null;
  const { labels, column } = sectorColumns(totals);
  const values = labels.map(() => new Array(labels.length).fill(0));
  for (const pair of pairs.values()) {
    const [row, other] = pair.map((sector) => column.get(sector));
    values[row][other] += 1;
    if (row !== other) values[other][row] += 1;
  }
  return { labels, values };
}

/** The entities of a class that the most others have to do with. */
function mostJoined({ relations }, scored, only) {
  const others = new Map();
  for (const index of relations.keys()) {
    const [subject, object, predicate] = data.relations[index];
    if ((only !== null && predicate !== only) || subject === object) continue;
    for (const [one, other] of [[subject, object], [object, subject]]) {
      if (data.entities[one].scored !== scored) continue;
      if (!others.has(one)) others.set(one, new Set());
      others.get(one).add(other);
    }
  }
  if (others.size < LEAST_ROWS) return null;
  const counts = new Map([...others].map(([id, found]) => [id, found.size]));
  return { rows: byCount(counts).slice(0, MOST_BARS).map(([entity, value]) => ({ label: data.entities[entity].name, value, entity })) };
}

/** The labels of the largest sectors, the others as one, and the column of each sector. */
function sectorColumns(totals) {
  const names = byCount(totals).map(([name]) => name);
  const own = names.length <= MOST_SECTORS ? names : names.slice(0, MOST_SECTORS - 1);
  const labels = own.map(kindLabel);
  if (names.length > own.length) labels.push(say("other"));
  return { labels, column: new Map(names.map((name, place) => [name, Math.min(place, own.length)])) };
}
