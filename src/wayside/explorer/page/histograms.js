// Distributions at the point.

import { colour } from "./colours.js";
import { figure, paint, show, source } from "./figures.js";

export class Histograms {
  constructor(element) { this.element = element; this.made = []; }

  draw(list) {
    if (this.made.length !== list.length) {
      this.element.replaceChildren();
      this.made = list.map((one) => this.#make(one));
    }
    list.forEach((one, i) => {
      const { figure: f, bars, caption } = this.made[i];
      f.below[0].axis_label = one.title;
      f.left[0].axis_label = "events per bin";
      bars.data = { left: one.edges.slice(0, -1), right: one.edges.slice(1), top: one.events };
      caption.textContent = `${one.title}: ${one.words}`;
    });
  }

  #make(one) {
    const f = figure({ tools: "", toolbar_location: null, y_range: new Bokeh.DataRange1d({ start: 0 }) });
    const bars = source({ left: [], right: [], top: [] });
    const field = (key) => ({ field: key });
    const quads = f.quad(field("left"), field("right"), 0, field("top"), { source: bars, line_width: 0, fill_alpha: 0.75 });
    const box = document.createElement("div"), caption = document.createElement("figcaption"), all = document.createElement("figure");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", one.title);
    all.append(box, caption);
    this.element.append(all);
    const made = { figure: f, bars, caption, quads };
    this.#paint(made);
    show(f, box);
    return made;
  }

  #paint({ figure: f, quads }) { paint(f); quads.glyph.fill_color = colour("ours"); quads.glyph.line_color = null; }

  repaint() { this.made.forEach((made) => this.#paint(made)); }
}
