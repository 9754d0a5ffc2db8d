// The hall in plan and elevation: detectors about the interaction point, with a dot to drag.

import { colour } from "./colours.js";
import { empty, figure, paint, show, source } from "./figures.js";

const VIEWS = { plan: ["z [m], along the electrons", "x [m]"], elevation: ["z [m], along the electrons", "y [m], up"] };

// Names at the corners of the detectors; those that would cover each other in one place.
function names(list) {
  const corners = list.map((d) => [0, 1].map((axis) => Math.max(...d.outline.map((point) => point[axis]))));
  const size = Math.max(1, ...corners.flat().map(Math.abs));
  const places = [];
  list.forEach((d, i) => {
    const near = places.find(({ at }) => Math.hypot(at[0] - corners[i][0], at[1] - corners[i][1]) < 0.09 * size);
    if (near) near.text += `, ${d.name}`; else places.push({ at: corners[i], text: d.name });
  });
  return { x: places.map(({ at }) => at[0]), y: places.map(({ at }) => at[1]), text: places.map(({ text }) => text) };
}

export class Hall {
  constructor(elements, onMove) {
    this.views = {};
    this.onMove = onMove;
    this.dragging = false;
    for (const [name, element] of Object.entries(elements)) {
      this.#make(name, element);
      element.addEventListener("pointerdown", () => { this.dragging = true; });
    }
    const release = () => { if (this.dragging) { this.dragging = false; this.onMove({}, true); } };
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
  }

  #make(name, element) {
    const [across, up] = VIEWS[name];
    const f = figure({
      tools: "wheel_zoom,reset", active_scroll: null, match_aspect: true, active_drag: null,
      x_range: new Bokeh.DataRange1d({ range_padding: 0.12 }), y_range: new Bokeh.DataRange1d({ range_padding: 0.25 }),
      x_axis_label: across, y_axis_label: up,
    });
    const outlines = source({ ...empty, fill: [] }), edges = source({ ...empty, line: [] });
    const names = source({ x: [], y: [], text: [] });
    const handles = source({ x: [], y: [] }, `handles-${name}`);
    const field = (key) => ({ field: key });
    const bodies = source({ url: [], x: [], y: [], w: [], h: [] });
    f.image_url(field("url"), field("x"), field("y"), field("w"), field("h"), { source: bodies, anchor: "bottom_left", global_alpha: 0.6 });
    f.patches(field("xs"), field("ys"), { source: outlines, fill_color: field("fill"), fill_alpha: 0.25, line_width: 0 });
    f.multi_line(field("xs"), field("ys"), { source: edges, line_color: field("line"), line_width: 1.3 });
    const beam = f.multi_line([[-1, 1]], [[0, 0]], { line_dash: "dashed" });
    const centre = f.scatter([0], [0], { marker: "star", size: 14 });
    const labels = f.text(field("x"), field("y"), field("text"), { source: names, text_baseline: "bottom", x_offset: 6, y_offset: -4 });
    const dots = f.scatter(field("x"), field("y"), { source: handles, size: 15, line_width: 2 });
    const tool = new Bokeh.PointDrawTool({ renderers: [dots], add: false, drag: true });
    f.add_tools(tool);
    f.toolbar.active_drag = tool;
    const view = { figure: f, bodies, outlines, edges, names, handles, beam, centre, labels, dots, detectors: [] };
    const moved = () => this.#moved(view);
    handles.change.connect(moved);
    handles.properties.data.change.connect(moved);
    this.views[name] = view;
    this.paint(view);
    show(f, element);
  }

  #moved(view) {
    if (!this.dragging || this.filling) return;
    const changes = {};
    const { x, y } = view.handles.data;
    view.placed.forEach((detector, i) => {
      [x[i], y[i]].forEach((value, axis) => {
        if (Math.abs(value - detector.handle[axis]) > 1e-9) {
          changes[detector.keys[axis]] = String(Number(value.toFixed(3)));
        }
      });
    });
    if (Object.keys(changes).length) this.onMove(changes, false);
  }

  paint(view) {
    const ink = (made, what, name) => { made.glyph[what] = colour(name); };
    paint(view.figure);
    ink(view.beam, "line_color", "soft");
    ink(view.centre, "fill_color", "point"); ink(view.centre, "line_color", "point");
    ink(view.labels, "text_color", "text");
    ink(view.dots, "fill_color", "page"); ink(view.dots, "line_color", "approximate");
    this.#fill(view);
  }

  repaint() { Object.values(this.views).forEach((view) => this.paint(view)); }

  draw(hall) {
    for (const [name, view] of Object.entries(this.views)) {
      const { detectors, bodies } = hall[name];
      if (JSON.stringify(view.detectors) !== JSON.stringify(detectors)) {
        view.detectors = detectors;
        this.#fill(view);
      }
      if ((view.bodies.data.url[0] ?? "") !== (bodies?.url ?? "")) {
        view.bodies.data = bodies
          ? { url: [bodies.url], x: [bodies.x], y: [bodies.y], w: [bodies.width], h: [bodies.height] }
          : { url: [], x: [], y: [], w: [], h: [] };
      }
    }
  }

  #fill(view) {
    const list = view.detectors;
    const tint = (detector) => colour(detector.signal ? "ours" : "soft");
    const column = (points, index) => points.map((point) => point[index]);
    this.filling = true;
    view.outlines.data = { xs: list.map((d) => column(d.outline, 0)), ys: list.map((d) => column(d.outline, 1)), fill: list.map(tint) };
    const edges = list.flatMap((d) => d.edges.map((edge) => [d, edge]));
    view.edges.data = { xs: edges.map(([, e]) => column(e, 0)), ys: edges.map(([, e]) => column(e, 1)), line: edges.map(([d]) => tint(d)) };
    view.names.data = names(list);
    view.placed = list.filter((d) => d.handle);
    // A dot that is being dragged stays under the pointer.
    if (!this.dragging) view.handles.data = { x: view.placed.map((d) => d.handle[0]), y: view.placed.map((d) => d.handle[1]) };
    this.filling = false;
  }
}
