// Words and elements. All text goes in as text: nothing here or elsewhere reads a string as HTML.

const data = await readData();
let language = data.language;

/** The page's content: JSON, or JSON packed by gzip where there is much of it. */
async function readData() {
  const holder = document.getElementById("data");
  const text = holder.textContent;
  holder.textContent = "";
  if (holder.type === "application/json") return JSON.parse(text);
  try {
    const packed = atob(text);
    const bytes = new Uint8Array(packed.length);
    for (let place = 0; place < packed.length; place += 1) bytes[place] = packed.charCodeAt(place);
    return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  } catch (error) {
    document.getElementById("broken").hidden = false;
    throw error;
  }
}

/** The interface's text for a key, with {name} filled in and {count:one|many} picked. */
function say(key, values = {}) {
  return data.texts[key][language].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => {
    const value = values[name] ?? "";
    if (one !== undefined) return value === 1 ? one : many;
    return typeof value === "number" ? number(value) : value;
  });
}

function number(value) {
  return new Intl.NumberFormat(language).format(value);
}

/** The label of a class or subclass in the language shown. */
function kindLabel(kind) {
  return data.terms.kinds[kind]?.[language] ?? kind;
}

/** The label of a predicate, read from its subject or (inverse) from its object. */
function predicateLabel(predicate, inverse = false) {
  return data.terms.predicates[predicate][inverse ? "inverse" : "label"][language];
}

/** A text that comes in both languages. */
function both(text) {
  return typeof text === "string" ? text : (text?.[language] ?? text?.zh ?? "");
}

/** An ISO day, month or year as people write it; an interval as both ends; anything else as it is. */
function dateLabel(text) {
  return String(text)
    .split("/")
    .map((part) => {
      const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(part);
      if (!match) return part;
      const [, year, month, day] = match;
      const style = { year: "numeric", timeZone: "UTC" };
      if (month) style.month = language === "zh" ? "long" : "short";
      if (day) style.day = "numeric";
      const date = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
      return Number.isNaN(date.getTime()) ? part : new Intl.DateTimeFormat(language, style).format(date);
    })
    .join(" – ");
}

/** How many of what: 890 余名, about 890 名. Empty without a count. */
function countLabel(claim) {
  if (claim.count === undefined) return "";
  return say(claim.approximate ? "approximate" : "exact", { count: claim.count, unit: claim.unit ?? "" }).trim();
}

/** The link behind a URL, or null for anything that is not plain web: javascript:, data:, file:. */
function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A new element: its class, its properties (on… are listeners, data-, aria- attributes), its children. */
function element(tag, className, properties = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A new element of a drawing in SVG; children are elements or text. */
function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Put the language into every text and label that the template wrote. */
function sayTemplate() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = say(node.dataset.label);
  }
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === language));
  }
}
