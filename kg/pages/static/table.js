// The same content as a table, for those who cannot use the picture, and for those who like tables.

const tableHolder = document.getElementById("table");
const ROWS_SHOWN = 100;
const COLUMNS = ["subject", "predicate", "object", "count", "role", "time", "articles"];
let tableOrder = { column: null, down: false };
let tableRows = ROWS_SHOWN;

/** One row a relation, as plain values: what stands in the table and what it is ordered by. */
function rowOf(index, claims) {
  const [subject, object, predicate] = data.relations[index];
  const told = (of) => [...new Set(claims.map((claim) => of(data.claims[claim])).filter(Boolean))];
  return {
    index,
    subject,
    object,
    texts: {
      subject: data.entities[subject].name,
      predicate: predicateLabel(predicate),
      object: data.entities[object].name,
      count: told(countLabel).join("; "),
      role: told((claim) => claim.role).join("; "),
      time: told((claim) => claim.time && dateLabel(claim.time)).join("; "),
      articles: String(independent(claims)),
    },
    sort: { count: Math.max(-1, ...claims.map((claim) => data.claims[claim].count ?? -1)), time: Math.max(-1, ...claims.map((claim) => spans[claim]?.[0] ?? -1)), articles: independent(claims) },
  };
}

function renderTable() {
  const rows = [...shown.relations].map(([index, claims]) => rowOf(index, claims));
  const { column, down } = tableOrder;
  if (column) {
    const collator = new Intl.Collator(language === "zh" ? "zh-Hans-CN" : "en");
    const compare = (a, b) => (a.sort[column] === undefined ? collator.compare(a.texts[column], b.texts[column]) : a.sort[column] - b.sort[column]);
    rows.sort((a, b) => (down ? -1 : 1) * compare(a, b) || a.index - b.index);
  }
  const head = element("tr", "", {}, ...COLUMNS.map(headCell));
  const caption = element("caption", "", {}, say("table_caption", { nodes: shown.entities.size, edges: rows.length }));
  const body = element("tbody", "", {}, ...rows.slice(0, tableRows).map(tableRow));
  const parts = [element("table", "", {}, caption, element("thead", "", {}, head), body)];
  const left = rows.length - tableRows;
  if (left > 0) parts.push(element("button", "plain more", { type: "button", onclick: moreRows }, say("more", { count: left })));
  const joined = new Set(rows.flatMap(({ subject, object }) => [subject, object]));
  const alone = [...shown.entities].filter((id) => !joined.has(id));
  if (alone.length) {
    const names = alone.slice(0, ROWS_SHOWN).map((id) => element("li", "", {}, entityButton(id)));
    parts.push(element("h2", "", {}, say("alone")), element("ul", "alone", {}, ...names));
  }
  tableHolder.replaceChildren(...parts);
}

function headCell(column) {
  const sorted = tableOrder.column === column;
  const order = () => {
    tableOrder = { column, down: sorted ? !tableOrder.down : ["count", "time", "articles"].includes(column) };
    renderTable();
    tableHolder.querySelector(`[data-column="${column}"]`).focus();
  };
  const button = element("button", "", { type: "button", "data-column": column, onclick: order }, say(`column_${column}`));
  return element("th", "", { scope: "col", "aria-sort": sorted ? (tableOrder.down ? "descending" : "ascending") : "none" }, button);
}

function tableRow({ index, subject, object, texts }) {
  const open = element("button", "fact", { type: "button", title: say("open_fact"), "data-relation": String(index), onclick: () => chooseRelation(index) }, texts.articles);
  return element(
    "tr",
    state.relation === index ? "chosen" : "",
    {},
    element("th", "", { scope: "row" }, entityButton(subject)),
    element("td", "", {}, texts.predicate),
    element("td", "", {}, entityButton(object)),
    ...["count", "role", "time"].map((column) => element("td", "name", { dir: "auto" }, shorten(texts[column], 200))),
    element("td", "", {}, open),
  );
}

function moreRows() {
  const before = tableRows;
  tableRows += 5 * ROWS_SHOWN;
  renderTable();
  tableHolder.querySelectorAll("tbody tr")[before]?.querySelector("button")?.focus();
}
