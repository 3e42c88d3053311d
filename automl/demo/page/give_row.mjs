// A row of numbers or of a table: a form, or a pasted line.
import { calmed, freshId, make } from "./dom.mjs";
import { cells, parsed, short } from "./numbers.mjs";

/** Fields above which a form is longer than anybody fills in. */
const MOST_FIELDS = 80;

export async function create(settings, { given, problem }) {
  const table = settings.encoder === "table" ? await tableRow() : null;
  const columns = table ? table.columns : named(settings);
  const fields = columns.slice(0, MOST_FIELDS).map(field);
  let rest = new Array(columns.length).fill(null); // Cells beyond the form.

  const ask = calmed(() => {
    const values = read();
    if (values) given(values);
  });
  const form = make("div", { class: "fields" }, ...fields.map((each) => each.element));
  form.addEventListener("input", ask);

  const id = freshId("paste");
  const paste = make("textarea", { id, rows: 2, spellcheck: "false",
    placeholder: columns.slice(0, 4).map((column) => column.name).join(", ") + (columns.length > 4 ? ", …" : "") });
  paste.addEventListener("input", () => {
    const rows = cells(paste.value);
    if (!rows.length) return;
    try {
      fill(fromCells(rows, columns));
      ask();
    } catch (error) {
      problem(error);
    }
  });

  function read() {
    const row = columns.map((column, at) => (at < fields.length ? fields[at].read() : rest[at]));
    if (table) return table.row(Object.fromEntries(columns.map((column, at) => [column.name, row[at]])));
    const values = row.map((cell) => (typeof cell === "number" ? cell : parsed(cell ?? "")));
    const lacking = values.findIndex((value) => Number.isNaN(value));
    if (lacking < 0) return Float32Array.from(values);
    problem(new Error(`The model needs every number; ${columns[lacking].name} is missing.`));
    return null;
  }
  function fill(row) {
    rest = row;
    fields.forEach((each, at) => each.write(row[at]));
  }
  const hidden = columns.length - fields.length;
  return {
    element: make("div", { class: "giver" }, form,
      hidden > 0 ? make("p", { class: "quiet" }, `${hidden} more columns are read from a pasted row.`) : null,
      make("label", { for: id }, "Or paste a row, with or without the names of the columns"), paste),
    async show(sample, { quietly = false } = {}) {
      const row = sample.rows ? columns.map((column) => sample.rows[0][column.name] ?? null) : sample.values;
      if (quietly) {
        return { values: table ? table.row(sample.rows?.[0] ?? {}) : row.map((value) => value ?? NaN) };
      }
      fill(row);
      return { values: sample.rows || !table ? read() : sample.values.map((value) => value ?? NaN) };
    },
    async thumbnail(sample) {
      const row = sample.given.rows ? Object.values(sample.given.rows[0]) : sample.given.values;
      const told = row.slice(0, 4).map((cell) => (cell === null ? "?" : typeof cell === "number" ? short(cell, 3) : cell));
      return [make("span", { class: "words" }, told.join(" · ") + (row.length > 4 ? " …" : ""))];
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

function named(settings) {
  return Array.from({ length: settings.shape[0] }, (_, at) =>
    ({ name: settings.columns[at] ?? `x${at + 1}`, kind: "number" }));
}

/** Returns an input for a column and what reads and writes it. */
function field(column) {
  const id = freshId("field");
  const isChoice = column.kind === "category" && column.values.length <= 200;
  const input = isChoice
    ? make("select", { id }, make("option", { value: "" }, "not known"),
        ...column.values.map((value) => make("option", { value }, value)))
    : make("input", { id, type: "text", autocomplete: "off", inputmode: column.kind === "number" ? "decimal" : null,
        placeholder: column.kind === "date" ? "2026-01-31" : "not known" });
  return {
    element: make("div", { class: "field" }, make("label", { for: id, title: column.name }, column.name), input),
    read: () => input.value,
    write: (cell) => {
      const text = cell === null || cell === undefined ? "" : String(cell);
      input.value = text;
      if (isChoice && input.value !== text) { // A category that training never saw.
        input.append(make("option", { value: text }, text));
        input.value = text;
      }
    },
  };
}

/** Returns the cells of a pasted row, in the order of the columns. */
function fromCells(rows, columns) {
  const names = new Set(columns.map((column) => column.name));
  const header = rows.length > 1 && rows[0].filter((cell) => names.has(cell)).length >= rows[0].length / 2 ? rows[0] : null;
  const row = rows[header ? 1 : 0];
  if (header) return columns.map((column) => row[header.indexOf(column.name)] ?? null);
  if (row.length !== columns.length) {
    throw new Error(`A row has ${columns.length} cells, or a line with the names of the columns before it; this one has ${row.length}.`);
  }
  return row;
}
