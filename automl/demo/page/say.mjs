// What the model's numbers mean, by task.
import { byId, make } from "./dom.mjs";
import { percent, short } from "./numbers.mjs";
import { figure } from "./plot.mjs";

/** Bars shown before a person asks for all. */
const MOST = 8;
/** From this probability on, a label holds. */
const CUT = 0.5;
let showsAll = false;

/**
 * Shows an answer.
 *
 * @param {object} settings What demo.json holds.
 * @param {number[]} outputs The model's numbers.
 * @param {{truth: any, seen: any}} more What is right, where it is known, and what the
 *   input was like, for plots.
 */
export function say(settings, outputs, { truth, seen }) {
  const parts = (SAYERS[settings.task] ?? SAYERS.regression)(settings, outputs, truth, seen);
  byId("said").replaceChildren(...parts.filter((part) => part !== null));
}

const SAYERS = {
  classification(settings, outputs, truth) {
    const order = outputs.map((_, at) => at).sort((a, b) => outputs[b] - outputs[a]);
    const best = settings.names[order[0]];
    return [
      headline(best, percent(outputs[order[0]])),
      verdict(truth, truth === best, truth),
      bars(order.map((at) => ({
        name: settings.names[at], share: outputs[at], strong: at === order[0], right: settings.names[at] === truth,
      }))),
    ];
  },

  multilabel(settings, outputs, truth) {
    const order = outputs.map((_, at) => at).sort((a, b) => outputs[b] - outputs[a]);
    const holding = order.filter((at) => outputs[at] >= CUT).map((at) => settings.names[at]);
    const right = truth && truth.length === holding.length && truth.every((name) => holding.includes(name));
    return [
      headline(holding.join(", ") || "No label", ""),
      verdict(truth, right, truth?.join(", ") || "no label"),
      bars(order.map((at) => ({
        name: settings.names[at], share: outputs[at], strong: outputs[at] >= CUT, right: truth?.includes(settings.names[at]),
      }))),
    ];
  },

  regression(settings, outputs, truth) {
    const rows = outputs.map((value, at) => estimate(settings, at, value, truth?.[at] ?? null));
    return [make("div", { class: "estimates" }, ...rows)];
  },

  forecasting(settings, outputs, truth, seen) {
    const series = [...new Set(settings.names.map(seriesOf))];
    const parts = series.slice(0, 4).map((name) => forecast(settings, name, outputs, truth, seen));
    return [...parts, forecastTable(settings, outputs, truth)];
  },

  anomaly(settings, outputs, truth) {
    const [score] = outputs;
    const { threshold } = settings;
    if (typeof threshold !== "number") return [headline(short(score), "score; more is less usual")];
    const odd = score >= threshold;
    return [
      headline(odd ? "Abnormal" : "Normal", `score ${short(score)}`, odd ? "bad" : "good"),
      truth === null ? null : make("p", { class: "truth" }, `Labelled: ${truth}`),
      gauge(score, threshold),
    ];
  },
};

function headline(text, more, kind = "") {
  return make("p", { class: `headline ${kind}` }, make("strong", {}, text), more ? make("span", {}, more) : null);
}

/** Says whether an answer is the right one, where that is known. */
function verdict(truth, isRight, text) {
  if (truth === null || truth === undefined) return null;
  return make("p", { class: `truth ${isRight ? "good" : "bad"}` },
    isRight ? `Right: it is ${text}` : `Wrong: it is ${text}`);
}

/** Returns a bar for each probability, the first few until all are asked for. */
function bars(entries) {
  const list = make("ol", { class: "bars" });
  const fill = () => {
    list.replaceChildren(...entries.slice(0, showsAll ? entries.length : MOST).map(bar));
  };
  fill();
  if (entries.length <= MOST) return list;
  const more = make("button", { type: "button", class: "plain", "aria-expanded": String(showsAll), onclick: () => {
    showsAll = !showsAll;
    more.textContent = label();
    more.setAttribute("aria-expanded", String(showsAll));
    fill();
  } });
  const label = () => (showsAll ? "Show fewer" : `Show all ${entries.length}`);
  more.textContent = label();
  return make("div", {}, list, more);
}

function bar({ name, share, strong, right }) {
  const fill = make("span", { class: "fill" });
  fill.style.inlineSize = `${Math.max(0, Math.min(100, 100 * share))}%`;
  return make("li", { class: [strong ? "strong" : "", right ? "right" : ""].join(" ").trim() || null },
    make("span", { class: "name", title: name }, name, right ? make("span", { class: "unseen" }, " (the right one)") : null),
    make("span", { class: "track", "aria-hidden": "true" }, fill),
    make("span", { class: "share" }, percent(share)));
}

/** Returns a number, with where it stands among those learned from. */
function estimate(settings, at, value, truth) {
  const name = settings.names[at] || "Estimate";
  const parts = [make("p", { class: "headline" }, make("strong", {}, short(value, 5)), make("span", {}, name))];
  if (truth !== null) {
    parts.push(make("p", { class: "truth" }, `True value: ${short(truth, 5)} (off by ${short(Math.abs(value - truth), 3)})`));
  }
  if (settings.std.length) {
    const [low, high] = [settings.mean[at] - 3 * settings.std[at], settings.mean[at] + 3 * settings.std[at]];
    parts.push(scale(low, high, [
      { value, kind: "value", label: "estimate" },
      ...(truth === null ? [] : [{ value: truth, kind: "true", label: "true value" }]),
    ], `Usual: ${short(settings.mean[at] - settings.std[at], 3)} to ${short(settings.mean[at] + settings.std[at], 3)}`));
  }
  return make("div", { class: "estimate" }, ...parts);
}

/** Returns a line from low to high with marks on it. */
function scale(low, high, marks, note) {
  const track = make("div", { class: "scale", "aria-hidden": "true" });
  for (const { value, kind } of marks) {
    const mark = make("span", { class: `mark ${kind}` });
    mark.style.insetInlineStart = `${(100 * Math.min(1, Math.max(0, (value - low) / (high - low)))).toFixed(2)}%`;
    track.append(mark);
  }
  return make("div", {}, track, make("p", { class: "quiet" }, note));
}

/** Returns a score against the threshold; both stay on the line, however far apart. */
function gauge(score, threshold) {
  const end = Math.max(2 * threshold, 1.15 * score, 1e-9);
  const track = make("div", { class: "gauge", role: "img",
    "aria-label": `Score ${short(score)}, threshold ${short(threshold)}` });
  const fill = make("span", { class: `fill ${score >= threshold ? "bad" : "good"}` });
  fill.style.inlineSize = `${(100 * score) / end}%`;
  const line = make("span", { class: "threshold" });
  line.style.insetInlineStart = `${(100 * threshold) / end}%`;
  const label = make("span", { class: "threshold-label" }, `threshold ${short(threshold, 3)}`);
  label.style.insetInlineStart = `clamp(3.2em, ${(100 * threshold) / end}%, 100% - 3.2em)`;
  track.append(fill, line, label);
  return make("div", { class: "gauge-area" }, track, make("p", { class: "quiet" },
    `${short(score / threshold, 2)} times the threshold, which was chosen on validation data.`));
}

/** Returns which series a number such as `load +3` is of. */
const seriesOf = (name) => name.replace(/ \+\d+$/, "");

/** Returns the plot of one series: what was seen, what is forecast, what came. */
function forecast(settings, name, outputs, truth, seen) {
  const steps = settings.names.map((each, at) => [each, settings.steps[at] || at + 1, at]).filter(([each]) => seriesOf(each) === name);
  const past = seen?.columns?.[name] ?? (Object.keys(seen?.columns ?? {}).length === 1 ? Object.values(seen.columns)[0] : null);
  const last = past ? [[0, past[past.length - 1]]] : [];
  const lines = [];
  if (past) lines.push({ name: "seen", kind: "past", points: past.map((value, at) => [at - past.length + 1, value]) });
  if (truth) lines.push({ name: "what came", kind: "came", points: [...last, ...steps.map(([, step, at]) => [step, truth[at]])] });
  lines.push({ name: "forecast", kind: "forecast", points: [...last, ...steps.map(([, step, at]) => [step, outputs[at]])] });
  const [, firstStep, firstAt] = steps[0];
  return make("div", {},
    headline(short(outputs[firstAt], 4), `${name || "value"} in ${firstStep} step${firstStep === 1 ? "" : "s"}`),
    figure(lines, { label: `Forecast of ${name}: ${steps.map(([, , at]) => short(outputs[at], 3)).join(", ")}`, now: past ? 0 : null, height: 240 }));
}

function forecastTable(settings, outputs, truth) {
  const rows = outputs.map((value, at) => make("tr", {},
    make("td", {}, seriesOf(settings.names[at] ?? "")), make("td", {}, String(settings.steps[at] || at + 1)),
    make("td", {}, short(value, 5)), truth ? make("td", {}, short(truth[at], 5)) : null));
  const head = ["series", "step", "forecast", ...(truth ? ["what came"] : [])].map((text) => make("th", { scope: "col" }, text));
  return make("details", {}, make("summary", {}, "As numbers"),
    make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))));
}
