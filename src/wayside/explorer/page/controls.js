// The form: one slider and one exact field for each value, and a line for what is wrong with it.

const STEPS = 1000;

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

export class Controls {
  // onChange(changes, commit): texts by key, and whether the move is over.
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.kind = "";
    this.parts = new Map();
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  draw({ controls, values, errors }, settled) {
    const kind = JSON.stringify(controls.map((control) => [control.key, control.options, control.group]));
    if (kind !== this.kind) { this.kind = kind; this.#make(controls); }
    for (const control of controls) this.#fill(control, values[control.key], errors[control.key], settled);
  }

  #make(controls) {
    const open = new Set([...this.form.querySelectorAll("details[open]")].map((group) => group.dataset.group));
    const first = !this.parts.size;
    this.parts.clear();
    this.form.replaceChildren();
    const groups = new Map();
    for (const control of controls) {
      if (!groups.has(control.group)) {
        const group = make("details", { "data-group": control.group }, make("summary", {}, control.group));
        group.open = first ? groups.size < 2 || control.group === "Data and selection" : open.has(control.group);
        groups.set(control.group, group);
        this.form.append(group);
      }
      groups.get(control.group).append(this.#row(control));
    }
  }

  #row(control) {
    const { key } = control;
    const id = `c-${key}`, error = `e-${key}`;
    const label = make("label", { for: id }, control.label);
    if (control.unit) label.append(" ", make("small", {}, `[${control.unit}]`));
    const field = control.options.length
      ? make("select", { id, "aria-describedby": error }, ...control.options.map((word) => make("option", { value: word }, word || "own values")))
      : make("input", { id, type: "text", "aria-describedby": error, autocomplete: "off", spellcheck: "false" });
    field.dataset.key = key;
    field.addEventListener("change", () => { this.dirty = null; this.onChange({ [key]: field.value }, true); });
    field.addEventListener("input", () => { this.dirty = key; });
    const message = make("p", { id: error, class: "error", role: "alert" });
    const row = make("div", { class: "control" }, label, field);
    let slider = null;
    if (control.high !== control.low) {
      slider = make("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": `${control.label}, slider` });
      slider.dataset.key = key;
      slider.addEventListener("input", () => {
        const text = this.#atStep(this.parts.get(key).control, Number(slider.value));
        field.value = text;
        this.#describe(slider, text, control);
        this.held = key;
        this.onChange({ [key]: text }, false);
      });
      slider.addEventListener("change", () => { this.held = null; this.onChange({}, true); });
      row.append(slider);
    }
    row.append(message);
    this.parts.set(key, { control, field, slider, message });
    return row;
  }

  #describe(slider, text, control) { slider.setAttribute("aria-valuetext", `${text} ${control.unit}`.trim()); }

  #atStep({ low, high, scale }, step) {
    const t = step / STEPS;
    const value = scale === "logarithmic" ? low * (high / low) ** t : low + (high - low) * t;
    return String(Number(value.toPrecision(4)));
  }

  #toStep({ low, high, scale }, value) {
    const t = scale === "logarithmic" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return Math.round(STEPS * Math.min(1, Math.max(0, t)));
  }

  #fill(control, value, error, settled) {
    const part = this.parts.get(control.key);
    part.control = control;
    const invalid = error !== undefined;
    part.message.textContent = error ?? "";
    part.field.setAttribute("aria-invalid", invalid);
    // What is being moved or typed, and what was refused, stays as the user has it.
    if (this.held === control.key && !settled) return;
    if (!invalid && this.dirty !== control.key) part.field.value = value;
    if (part.slider && !invalid) {
      const number = Number(value);
      if (Number.isFinite(number) && this.held !== control.key) part.slider.value = this.#toStep(control, number);
      this.#describe(part.slider, value, control);
    }
  }
}
