// A series, or any other block of numbers: pasted rows, with a plot of them.
import { calmed, fileZone, freshId, dropsOn, make } from "./dom.mjs";
import { cells, parsed, short } from "./numbers.mjs";
import { figure } from "./plot.mjs";

/** Channels that are plotted. */
const MOST_LINES = 4;

export async function create(settings, { given, problem }) {
  const table = settings.encoder === "table" ? await tableRow() : null;
  const steps = settings.shape[0];
  const channels = settings.shape.slice(1).reduce((a, b) => a * b, 1);
  const columns = table
    ? table.columns.map((column) => column.name)
    : Array.from({ length: channels }, (_, at) => settings.columns[at] ?? (channels === 1 ? "value" : `channel ${at + 1}`));
  const id = freshId("series");
  const box = make("textarea", { id, rows: 8, class: "numbers", spellcheck: "false", wrap: "off",
    placeholder: `${columns.join(", ")}\n…` });
  const plot = make("div");
  const status = make("p", { class: "quiet", role: "status" });

  /** Returns the model's numbers and columns of them to plot. */
  function understood(values) {
    const byColumn = {};
    columns.forEach((name, at) => {
      byColumn[name] = Array.from({ length: steps }, (_, step) => values[step * columns.length + at]);
    });
    return { values, seen: { columns: byColumn } };
  }
  function fromText(text) {
    const rows = cells(text);
    if (!rows.length) throw new Error("Paste rows of numbers, one step each.");
    const hasHeader = rows[0].some((cell) => Number.isNaN(parsed(cell))) && rows.length > 1 && rows[0].some((cell) => columns.includes(cell));
    const header = hasHeader ? rows.shift() : columns;
    if (table) {
      const records = rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? null])));
      return understood(Float32Array.from(table.window(records).flatMap((row) => Array.from(row))));
    }
    const order = columns.map((name, at) => (hasHeader && header.includes(name) ? header.indexOf(name) : at));
    const numbers = rows.map((row) => order.map((at) => parsed(row[at] ?? "")));
    if (numbers.some((row) => row.some(Number.isNaN))) {
      throw new Error(`Each row needs ${columns.length} number${columns.length === 1 ? "" : "s"}.`);
    }
    if (numbers.length < steps && !settings.padded) {
      throw new Error(`${steps} rows are needed; these are ${numbers.length}.`);
    }
    // The latest steps of a longer series; zeros after a shorter one.
    const kept = settings.padded ? numbers.slice(0, steps) : numbers.slice(-steps);
    const flat = kept.flat();
    return understood(Float32Array.from({ length: steps * columns.length }, (_, at) => flat[at] ?? 0));
  }
  function shown({ values, seen }) {
    const all = Object.entries(seen.columns);
    const lines = all.slice(0, MOST_LINES).map(([name, points], at) =>
      ({ name, kind: `line-${at + 1}`, points: points.map((value, step) => [step + 1, value]) }));
    // A forecast is drawn together with what was seen.
    if (settings.task !== "forecasting" && steps > 1) {
      plot.replaceChildren(figure(lines, { label: `${steps} steps of ${columns.length} channels`, height: 170 }));
    }
    const more = all.length > MOST_LINES ? ` The first ${MOST_LINES} of ${all.length} channels are drawn.` : "";
    status.textContent = `${steps} step${steps === 1 ? "" : "s"} of ${columns.length} number${columns.length === 1 ? "" : "s"}.${more}`;
    return { values, seen };
  }
  function ask(text) {
    try {
      const { values, seen } = shown(fromText(text));
      given(values, seen);
    } catch (error) {
      problem(error);
    }
  }
  box.addEventListener("input", calmed(() => ask(box.value)));
  const take = async (file) => { box.value = (await file.text()).trim(); ask(box.value); };

  function text(sample) {
    if (sample.rows) {
      return [columns, ...sample.rows.map((row) => columns.map((name) => row[name] ?? ""))].map(line).join("\n");
    }
    const rows = Array.from({ length: steps }, (_, step) =>
      columns.map((_, at) => sample.values[step * columns.length + at] ?? ""));
    return [columns, ...rows].map(line).join("\n");
  }
  const element = make("div", { class: "giver" }, plot, make("label", { for: id }, `Rows of ${columns.length > 3 ? `${columns.length} numbers` : columns.join(", ")}`),
    box, make("div", { class: "buttons" }, ...fileZone({ accept: ".csv,.tsv,.txt,text/csv", label: "Choose a CSV file", take })), status);
  dropsOn(element, "text/", take);
  return {
    element,
    async show(sample, { quietly = false } = {}) {
      const written = text(sample);
      const read = sample.rows ? fromText(written) : understood(sample.values.map((value) => value ?? NaN));
      if (quietly) return read;
      box.value = written;
      return shown(read);
    },
    async thumbnail(sample, index) {
      const first = columns[0];
      const values = sample.given.rows
        ? sample.given.rows.map((row) => Number(row[first] ?? NaN))
        : Array.from({ length: steps }, (_, step) => sample.given.values[step * columns.length]);
      const label = settings.target === "class" ? String(sample.truth) : `Example ${index + 1}`;
      if (steps < 3) return [make("span", { class: "words" }, values.map((value) => short(value, 3)).join(" · "))];
      return [sparkline(values), make("span", { class: "caption" }, label)];
    },
  };
}

async function tableRow() {
  const [{ TableRow }, spec] = await Promise.all([
    import("./data/table_row.mjs"),
    fetch("data/columns.json").then((answer) => answer.json()),
  ]);
  return new TableRow(spec);
}

const line = (row) => row.map((cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(",");

/** Returns a tiny plot of numbers. */
function sparkline(values) {
  const known = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const at = (value) => 44 - (40 * (value - low)) / (high - low || 1);
  const path = values.map((value, step) => `${step ? "L" : "M"}${((96 * step) / Math.max(1, values.length - 1)).toFixed(1)} ${at(value).toFixed(1)}`).join("");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-2 0 100 48");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}
