// Figures of Bokeh as the page needs them: made once, recoloured, and filled with what is sent.

import { colour, fontSize } from "./colours.js";

export const empty = { xs: [], ys: [] };

export function source(data, name = null) { return new Bokeh.ColumnDataSource({ data, name }); }

export function figure(options) {
  const made = Bokeh.Plotting.figure({
    sizing_mode: "stretch_both", min_border_right: 12, toolbar_location: "above", ...options,
  });
  made.toolbar.logo = null;
  return made;
}

export function paint(made) {
  const size = (factor) => `${Math.round(factor * fontSize())}px`;
  made.background_fill_color = colour("page");
  made.border_fill_color = colour("panel");
  made.outline_line_color = colour("rule");
  for (const axis of [...made.below, ...made.left]) {
    if (axis.axis_label === undefined) continue;
    axis.axis_label_text_color = axis.major_label_text_color = colour("text");
    axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = colour("soft");
    axis.axis_label_text_font = axis.major_label_text_font = "system-ui, sans-serif";
    axis.axis_label_text_font_style = "normal";
    axis.axis_label_text_font_size = size(0.9);
    axis.major_label_text_font_size = size(0.8);
  }
  for (const grid of made.center) if (grid.grid_line_color !== undefined) grid.grid_line_color = colour("grid");
}

export async function show(made, element) {
  element.replaceChildren();
  return Bokeh.Plotting.show(made, element);
}
