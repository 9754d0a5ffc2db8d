// The plane: regions and lines, the point, and states to compare with.

import { colour, fontSize, scale } from "./colours.js";
import { empty, figure, paint, show, source } from "./figures.js";

const LINES = {
  contour: { words: "exclusion", colour: "ours", width: 2.6, dash: "solid" },
  discovery: { words: "discovery, 5σ", colour: "ours", width: 1.4, dash: "dashed", off: true },
  unity: { words: "every decay detected", colour: "unity", width: 1.4, dash: "dotted" },
  approximate: { words: "one mean flight length", colour: "approximate", width: 1.6, dash: "dashdot" },
};
const REGIONS = {
  displaced: "displaced vertices (d < 1 m)", "babar-invisible": "BaBar invisible",
  "babar-visible": "BaBar A′→ℓℓ", lep: "LEP",
};
// As in wayside.explorer.views.plane.
export const DECADES = [-2, -1, 0, 1, 2, 3, 4];
export const OTHERS = 5;
const DASHES = ["dashed", "dotted", "dashdot", "dotdash", "solid"];

export const LAYERS = [
  ...Object.entries(LINES).map(([name, line]) => ({ name, words: line.words, colour: line.colour, dash: line.dash, on: !line.off })),
  ...Object.entries(REGIONS).map(([name, words]) => ({ name, words, colour: name, on: true })),
  { name: "relic", words: "relic density 0.12 (shaded: more)", colour: "relic", on: true },
  { name: "events", words: "expected events as colour (a step for each decade, 0.01 to 10⁴)", colour: "relic", on: false },
];

export class Plane {
  constructor(element, { onTap, onMove, onLeave }) {
    this.element = element;
    this.handlers = { onTap, onMove, onLeave };
    this.visible = Object.fromEntries(LAYERS.map((layer) => [layer.name, layer.on]));
    this.kind = "";
    element.addEventListener("pointerleave", onLeave);
  }

  async #make(x, y) {
    const type = (axis) => (axis.logarithmic ? "log" : "linear");
    this.figure = figure({
      x_axis_type: type(x), y_axis_type: type(y), tools: "pan,box_zoom,wheel_zoom,reset",
      active_drag: null, active_scroll: null,
      x_range: new Bokeh.Range1d({ start: x.low, end: x.high }),
      y_range: new Bokeh.Range1d({ start: y.low, end: y.high }),
    });
    const f = this.figure;
    this.sources = {};
    this.drawn = new Map();
    this.glyphs = {};
    const put = (name, made, data) => { data.name = name; this.sources[name] = data; this.glyphs[name] = made; };
    const field = (name) => ({ field: name });
    for (const name of Object.keys(REGIONS)) {
      const region = source(empty), border = source(empty);
      put(name, f.multi_polygons(field("xs"), field("ys"), { source: region, line_width: 0, fill_alpha: 0.8 }), region);
      put(`border-${name}`, f.multi_line(field("xs"), field("ys"), { source: border, line_width: 1 }), border);
    }
    const map = source({ ...empty, fill: [] });
    put("events", f.multi_polygons(field("xs"), field("ys"), { source: map, fill_color: field("fill"), line_width: 0, fill_alpha: 0.75 }), map);
    const band = source(empty), relic = source(empty), ours = source(empty);
    put("band", f.patches(field("xs"), field("ys"), { source: band, line_width: 0, fill_alpha: 0, hatch_pattern: "/", hatch_alpha: 0.3, hatch_scale: 22, hatch_weight: 0.6 }), band);
    put("ours", f.multi_polygons(field("xs"), field("ys"), { source: ours, line_width: 0, fill_alpha: 0.16 }), ours);
    put("relic", f.multi_line(field("xs"), field("ys"), { source: relic, line_width: 2 }), relic);
    for (let i = 0; i < OTHERS; i++) {
      const data = source(empty);
      put(`other-${i}`, f.multi_line(field("xs"), field("ys"), { source: data, line_width: 2, line_dash: DASHES[i] }), data);
    }
    for (const [name, line] of Object.entries(LINES).reverse()) {
      const data = source(empty);
      put(name, f.multi_line(field("xs"), field("ys"), { source: data, line_width: line.width, line_dash: line.dash }), data);
    }
    const point = source({ x: [], y: [] });
    put("point", f.scatter(field("x"), field("y"), { source: point, marker: "cross", size: 20, line_width: 2.5 }), point);
    f.on_event("tap", (event) => this.handlers.onTap(event.x, event.y));
    f.on_event("mousemove", (event) => this.#inside(event) && this.handlers.onMove(event.x, event.y));
    f.on_event("mouseleave", () => this.handlers.onLeave());
    this.paint();
    this.view = await show(f, this.element);
  }

  #inside({ x, y }) {
    const { x_range, y_range } = this.figure;
    return x >= x_range.start && x <= x_range.end && y >= y_range.start && y <= y_range.end;
  }

  paint() {
    if (!this.figure) return;
    paint(this.figure);
    const tint = (name, what, value) => { this.glyphs[name].glyph[what] = value; };
    const thick = (name, width) => tint(name, "line_width", width * fontSize() / 16);
    for (const [name, line] of Object.entries(LINES)) { tint(name, "line_color", colour(line.colour)); thick(name, line.width); }
    thick("relic", 2); thick("point", 2.5);
    for (let i = 0; i < OTHERS; i++) thick(`other-${i}`, 2);
    this.glyphs.point.glyph.size = 1.3 * fontSize();
    for (const name of Object.keys(REGIONS)) {
      tint(name, "fill_color", colour(name)); tint(name, "line_color", null);
      tint(`border-${name}`, "line_color", colour("soft"));
    }
    for (let i = 0; i < OTHERS; i++) tint(`other-${i}`, "line_color", colour(`other-${i}`));
    tint("ours", "fill_color", colour("ours")); tint("ours", "line_color", null);
    tint("relic", "line_color", colour("relic"));
    for (const what of ["fill_color", "hatch_color"]) tint("band", what, colour("relic"));
    tint("band", "line_color", null);
    tint("point", "line_color", colour("point"));
    tint("events", "line_color", null);
    this.#fillEvents();
    this.#show();
  }

  #show() {
    const on = this.visible;
    for (const [name, made] of Object.entries(this.glyphs)) {
      const layer = { ours: "contour", band: "relic" }[name] ?? name.replace("border-", "");
      made.visible = on[layer] ?? true;
    }
    this.glyphs.ours.visible = on.contour && !on.events;
  }

  // Whether a plane that was sent has what a layer shows.
  has(name) {
    if (!this.sent) return true;
    if (name in LINES) return Boolean(this.sent.lines[name]);
    return name in REGIONS ? name in this.sent.regions : true;
  }

  setVisible(name, on) { this.visible[name] = on; if (this.figure) this.#show(); }

  // Draws a plane that was sent; a change of its axes makes a new figure.
  async draw(plane, point) {
    const { x, y } = plane;
    this.sent = plane;
    const kind = JSON.stringify([x.name, x.logarithmic, y.name, y.logarithmic]);
    if (kind !== this.kind) { this.kind = kind; this.axes = null; await this.#make(x, y); }
    const ends = JSON.stringify([x.low, x.high, y.low, y.high]);
    if (ends !== this.axes) {
      this.axes = ends;
      this.figure.x_range.setv({ start: x.low, end: x.high, reset_start: x.low, reset_end: x.high });
      this.figure.y_range.setv({ start: y.low, end: y.high, reset_start: y.low, reset_end: y.high });
    }
    this.figure.below[0].axis_label = x.label;
    this.figure.left[0].axis_label = y.label;
    for (const name of Object.keys(LINES)) this.#set(name, plane.lines[name]);
    for (const name of Object.keys(REGIONS)) {
      this.#set(name, plane.regions[name]);
      this.#set(`border-${name}`, plane.borders[name]);
    }
    this.#set("ours", plane.regions.contour);
    this.events = plane.events;
    this.#fillEvents();
    this.#set("point", point ? { x: [point.x], y: [point.y] } : { x: [], y: [] });
  }

  #fillEvents() {
    const colours = scale(DECADES.length + 1);
    const { xs, ys, decade } = this.events ?? { ...empty, decade: [] };
    this.#set("events", { xs, ys, fill: decade.map((n) => colours[n - DECADES[0] + 1]) });
  }

  // What is there already is not drawn again, which would cost more than looking.
  #set(name, paths) {
    const text = JSON.stringify(paths ?? empty);
    if (this.drawn.get(name) === text) return;
    this.drawn.set(name, text);
    this.sources[name].data = paths ?? empty;
  }

  drawRelic(relic, stale) {
    if (!this.figure) return;
    if (relic) { this.#set("relic", relic.lines); this.#set("band", relic.bands); }
    else if (relic === null) { this.#set("relic", null); this.#set("band", null); }
    this.glyphs.relic.glyph.line_alpha = stale ? 0.3 : 1;
    this.glyphs.band.glyph.hatch_alpha = stale ? 0.1 : 0.3;
  }

  drawOther(index, lines) { if (this.figure) this.#set(`other-${index}`, lines); }
}
