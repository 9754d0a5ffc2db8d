// Tables and lines of text.

const element = (tag, text, scope) => {
  const made = document.createElement(tag);
  made.textContent = text;
  if (scope) made.scope = scope;
  return made;
};

const shown = new WeakMap();

// Whether something else is to be shown in an element than what is there.
function news(box, list) {
  const text = JSON.stringify(list);
  if (shown.get(box) === text) return false;
  shown.set(box, text);
  return true;
}

export function rows(body, list) {
  if (!news(body, list)) return;
  body.replaceChildren(...list.map(([what, ...values]) => {
    const row = document.createElement("tr");
    row.append(element("th", what, "row"), ...values.map((value) => element("td", value)));
    return row;
  }));
}

export function lines(box, list) {
  if (!news(box, list)) return;
  box.replaceChildren(...list.map((text) => element("p", text)));
}

// Names of materials, each with its colour.
export function materials(box, colours) {
  if (!news(box, colours)) return;
  box.replaceChildren(...Object.entries(colours).map(([name, colour]) => {
    const swatch = element("span", "");
    swatch.className = "swatch";
    swatch.style.background = colour;
    const label = element("span", "");
    label.append(swatch, ` ${name}`);
    return label;
  }));
}

// What is at the point and at the pointer, side by side.
export function compared(body, point, pointer) {
  const words = new Map((pointer ?? []).map(([what, value]) => [what, value]));
  const left = new Map((point ?? []).map(([what, value]) => [what, value]));
  const order = [...new Set([...left.keys(), ...words.keys()])];
  rows(body, order.map((what) => [what, left.get(what) ?? "", words.get(what) ?? ""]));
}

export function options(select, words, chosen) {
  if (select.options.length !== words.length) {
    select.replaceChildren(...words.map((word) => { const option = element("option", word); option.value = word; return option; }));
  }
  select.value = chosen;
}
