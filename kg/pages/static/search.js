// Search by any name of an entity or its Pinyin: a list of hits under the field, walked with the arrow keys.

const field = document.getElementById("search");
const list = document.getElementById("hits");
const HITS_SHOWN = 30;
/** No name is typed at greater length; a pasted book need not be looked for. */
const LONGEST_QUERY = 200;
/** Every name once, without quotes, spaces and full-/half-width differences, as people type it; made at the first search. */
let searchable = null;
let hits = [];
let chosen = 0;

function fold(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[\s"'“”‘’「」《》·]/g, "");
}

/** Hits in order: the whole name, its beginning, inside it, then by Pinyin; the better connected first. */
function findEntities(query) {
  const wanted = fold(query.slice(0, LONGEST_QUERY));
  if (!wanted) return [];
  searchable ??= data.entities.map((entity) => ({ names: [entity.name, ...entity.labels].map(fold), keys: entity.keys ?? [] }));
  const found = [];
  searchable.forEach(({ names, keys }, id) => {
    const best = Math.max(matchOf(names, wanted, 3), matchOf(keys, wanted, 0));
    if (best >= 0) found.push({ id, best });
  });
  return found
    .sort((a, b) => b.best - a.best || relationsOf[b.id].length - relationsOf[a.id].length || a.id - b.id)
    .map(({ id }) => id);
}

/** How well any of the words fits: above the floor 2 for the whole, 1 for the beginning, 0 for a part; -1 if none does. */
function matchOf(words, wanted, floor) {
  let best = -1;
  for (const word of words) {
    const at = word.indexOf(wanted);
    if (at >= 0) best = Math.max(best, floor + (word === wanted ? 2 : at === 0 ? 1 : 0));
  }
  return best;
}

function renderHits() {
  const query = field.value;
  hits = findEntities(query).slice(0, HITS_SHOWN);
  chosen = 0;
  const rows = hits.map((id, place) => {
    const entity = data.entities[id];
    const alias = fold(entity.name).includes(fold(query)) ? "" : entity.labels.find((label) => fold(label).includes(fold(query)));
    return element(
      "li",
      "name",
      { id: `hit-${place}`, role: "option", "data-entity": String(id), onmousedown: (event) => event.preventDefault(), onclick: () => take(place) },
      mark(entity.scored),
      element("bdi", "", {}, shorten(entity.name, 120)),
      element("span", "meta", {}, shorten(alias || kindLabel(entity.kind), 40)),
    );
  });
  if (!rows.length && fold(query)) rows.push(element("li", "none", {}, say("no_hits")));
  list.replaceChildren(...rows);
  showHits(rows.length > 0);
  choose(0);
}

function showHits(open) {
  list.hidden = !open;
  field.setAttribute("aria-expanded", String(open));
  if (!open) field.removeAttribute("aria-activedescendant");
}

function choose(place) {
  if (!hits.length) return;
  chosen = (place + hits.length) % hits.length;
  [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
  field.setAttribute("aria-activedescendant", `hit-${chosen}`);
  list.children[chosen].scrollIntoView({ block: "nearest" });
}

function take(place) {
  const id = hits[place];
  if (id === undefined) return;
  showHits(false);
  field.blur();
  chooseEntity(id);
}

field.addEventListener("input", renderHits);
field.addEventListener("focus", () => field.value && renderHits());
field.addEventListener("blur", () => showHits(false));
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(chosen);
  } else if (event.key === "Escape") {
    event.stopPropagation();
    if (field.value) {
      field.value = "";
      renderHits();
    } else field.blur();
  }
});
