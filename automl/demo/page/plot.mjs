// Lines over steps, as SVG. Drawn anew for the width that there is.
import { draw, make } from "./dom.mjs";
import { short } from "./numbers.mjs";

/**
 * Returns a figure of lines.
 *
 * @param {{name: string, kind: string, points: [number, number][]}[]} lines Of each its
 *   name, its class in the style sheet, and its points (step, value).
 * @param {{label: string, now?: number, height?: number}} options What the figure shows;
 *   the step at which the present is.
 */
export function figure(lines, { label, now = null, height = 220 }) {
  const holder = make("div", { class: "plot-area" });
  const paint = (width) => holder.replaceChildren(picture(lines, { label, now, width, height }));
  paint(560);
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width > 100) paint(width);
  }).observe(holder);
  const keys = make("ul", { class: "keys" }, ...lines.map((line) =>
    make("li", {}, make("span", { class: `key ${line.kind}` }), line.name)));
  return make("figure", { class: "plot" }, holder, lines.length > 1 ? keys : null);
}

function picture(lines, { label, now, width, height }) {
  const points = lines.flatMap((line) => line.points).filter(([, y]) => Number.isFinite(y));
  const [left, right, top, bottom] = [52, 12, 10, 26];
  const [x0, x1] = range(points.map(([x]) => x), 0);
  const [y0, y1] = range(points.map(([, y]) => y), 0.06);
  const across = (x) => left + ((x - x0) / (x1 - x0)) * (width - left - right);
  const up = (y) => height - bottom - ((y - y0) / (y1 - y0)) * (height - top - bottom);
  const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const y of ticks(y0, y1, 4)) {
    svg.append(
      draw("line", { x1: left, x2: width - right, y1: up(y), y2: up(y), class: "grid" }),
      draw("text", { x: left - 8, y: up(y) + 4, class: "tick end" }, short(y, 3)),
    );
  }
  for (const x of ticks(x0, x1, Math.max(2, Math.floor(width / 110)))) {
    if (Number.isInteger(x)) svg.append(draw("text", { x: across(x), y: height - 6, class: "tick middle" }, String(x)));
  }
  if (now !== null) {
    svg.append(draw("line", { x1: across(now), x2: across(now), y1: top, y2: height - bottom, class: "now" }));
  }
  for (const line of lines) {
    const known = line.points.filter(([, y]) => Number.isFinite(y));
    const path = known.map(([x, y], at) => `${at ? "L" : "M"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join("");
    svg.append(draw("path", { d: path, class: `line ${line.kind}` }));
    if (known.length < 30) {
      for (const [x, y] of known) svg.append(draw("circle", { cx: across(x), cy: up(y), r: 2.6, class: `dot ${line.kind}` }));
    }
  }
  return svg;
}

function range(values, margin) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (!(high >= low)) return [0, 1];
  if (high === low) return [low - 0.5, high + 0.5];
  const more = (high - low) * margin;
  return [low - more, high + more];
}

/** Returns round numbers in a range, about `count` of them. */
function ticks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high; at++) found.push(Number((at * step).toPrecision(10)));
  return found;
}
