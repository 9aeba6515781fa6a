// What a person has chosen, and how it stands in the URL's fragment: a view is a link.

const FRESH = {
  language: data.language,
  view: "graph",
  /** In focus: one of these at most. */
  entity: null,
  relation: null,
  /** What part of the graph is looked at: neighbourhoods, a path, one cluster, everything at once. */
  around: [],
  path: null,
  open: null,
  all: false,
  /** Filters. */
  classes: [],
  predicates: [],
  place: null,
  from: null,
  to: null,
  least: 1,
  hidden: [],
  /** [entity, x, y] */
  pinned: [],
};
let state = FRESH;
const VIEWS = ["graph", "table", "figures"];
/** Longer ids go into a link by number. */
const LONGEST_KEY = 120;
const shared = sharedStart(data.entities.map((entity) => entity.id));
const entityKeys = data.entities.map(({ id }, index) => {
  const key = id.slice(shared.length);
  return key && key.length <= LONGEST_KEY && !key.startsWith("~") ? key : `~${index}`;
});
const entityOfKey = new Map(entityKeys.map((key, id) => [key, id]).reverse());
const relationOfKey = new Map(data.relations.map((_, index) => [relationKey(index), index]));

/** What all ids begin with, up to the last slash. */
function sharedStart(ids) {
  if (!ids.length) return "";
  let [low, high] = [ids[0], ids[0]];
  for (const id of ids) {
    if (id < low) low = id;
    if (id > high) high = id;
  }
  let same = 0;
  while (same < low.length && low[same] === high[same]) same += 1;
  return low.slice(0, low.lastIndexOf("/", same - 1) + 1);
}

function relationKey(index) {
  const [subject, object, predicate] = data.relations[index];
  return [entityKeys[subject], predicate.slice(0, LONGEST_KEY), entityKeys[object]].map(encode).join(",");
}

/** Percent-encoded, but for what a fragment may hold and a person wants to read. */
function encode(text) {
  return encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function fragmentOf(chosen) {
  const keys = (ids) => ids.map((id) => encode(entityKeys[id])).join(",");
  const parts = {
    view: chosen.view === "graph" ? "" : chosen.view,
    e: chosen.entity === null ? "" : keys([chosen.entity]),
    r: chosen.relation === null ? "" : relationKey(chosen.relation),
    around: keys(chosen.around),
    path: chosen.path ? keys(chosen.path) : "",
    open: chosen.open ?? "",
    all: chosen.all ? "1" : "",
    off: chosen.classes.map(encode).join(","),
    no: chosen.predicates.map(encode).join(","),
    place: chosen.place ? encode(chosen.place) : "",
    from: chosen.from === null ? "" : monthText(chosen.from),
    to: chosen.to === null ? "" : monthText(chosen.to),
    min: chosen.least > 1 ? chosen.least : "",
    hide: keys(chosen.hidden),
    pin: chosen.pinned.map(([id, x, y]) => `${encode(entityKeys[id])}@${x}@${y}`).join(","),
    lang: chosen.language === data.language ? "" : chosen.language,
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** The state that a fragment tells of; what it gets wrong is passed over. */
function stateOf(fragment) {
  const given = new Map(fragment.split("&").map((part) => [part.split("=", 1)[0], part.slice(part.indexOf("=") + 1)]));
  const entities = (name) => [...new Set((given.get(name) ?? "").split(",").map((key) => entityOfKey.get(decode(key))))].filter((id) => id !== undefined);
  const names = (name, known) => (given.get(name) ?? "").split(",").map(decode).filter((one) => known.includes(one));
  const one = (name, known) => (known.includes(decode(given.get(name) ?? "")) ? decode(given.get(name)) : null);
  const cluster = (name) => (/^\d+$/.test(given.get(name) ?? "") && clusters[Number(given.get(name))] ? Number(given.get(name)) : null);
  const path = entities("path");
  const relation = relationOfKey.get((given.get("r") ?? "").split(",").map(decode).map(encode).join(","));
  const entity = entities("e")[0] ?? null;
  return {
    ...FRESH,
    language: one("lang", ["zh", "en"]) ?? data.language,
    view: one("view", VIEWS) ?? "graph",
    entity,
    relation: entity === null ? (relation ?? null) : null,
    around: entities("around"),
    path: path.length === 2 ? path : null,
    open: cluster("open"),
    all: given.get("all") === "1",
    classes: names("off", data.terms.classes),
    predicates: names("no", predicateNames),
    place: one("place", Object.keys(places)),
    from: monthWithin(given.get("from")),
    to: monthWithin(given.get("to")),
    least: Math.max(1, Math.min(1000, Number.parseInt(given.get("min"), 10) || 1)),
    hidden: entities("hide"),
    pinned: pinsOf(given.get("pin") ?? ""),
  };
}

function monthWithin(text) {
  const month = /^\d{4}-\d{2}$/.test(text ?? "") ? monthNumber(text) : null;
  return month === null || !months ? null : Math.min(months[1], Math.max(months[0], month));
}

function pinsOf(text) {
  const pins = new Map();
  for (const part of text.split(",")) {
    const [key, x, y] = part.split("@");
    const id = entityOfKey.get(decode(key));
    if (id !== undefined && /^-?\d{1,6}$/.test(x) && /^-?\d{1,6}$/.test(y)) pins.set(id, [id, Number(x), Number(y)]);
  }
  return [...pins.values()];
}

/** Write the state into the address: a new step for the browser's buttons, or over the present one. False if it may not be. */
function writeFragment(keep) {
  const fragment = fragmentOf(state);
  const address = `${location.href.split("#", 1)[0]}${fragment ? `#${fragment}` : ""}`;
  if (address === location.href) return true;
  try {
    history[keep ? "pushState" : "replaceState"]({ step: step + Number(keep) }, "", address);
    step += Number(keep);
    return true;
  } catch {
    // A page inside another one may not write its address: it works on without.
    return false;
  }
}
