// Colours of the page's style, and which of the two styles is on.

const prefers = matchMedia("(prefers-color-scheme: dark)");
let chosen = sessionStorage.getItem("theme");

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function fontSize() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function apply() {
  document.documentElement.dataset.theme = chosen ?? (prefers.matches ? "dark" : "light");
}

export function toggle() {
  chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  sessionStorage.setItem("theme", chosen);
  apply();
}

export function whenChanged(redraw) {
  prefers.addEventListener("change", () => { apply(); redraw(); });
}

// A scale of n colours from the page to a strong one, even in lightness.
export function scale(n) {
  const dark = document.documentElement.dataset.theme === "dark";
  const ends = dark ? [[20, 22, 26], [232, 205, 112]] : [[255, 255, 255], [120, 70, 20]];
  const hex = (value) => Math.round(value).toString(16).padStart(2, "0");
  return Array.from({ length: n }, (_, i) => {
    const t = i / (n - 1);
    return "#" + ends[0].map((low, k) => hex(low + t * (ends[1][k] - low))).join("");
  });
}

apply();
