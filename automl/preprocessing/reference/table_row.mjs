// Turns a row of a table into the numbers that the model beside this file takes.
//
// Needs no other code, in browsers and in Node.js. The rules are in table_row.py.
//
//   import { TableRow } from "./table_row.mjs";
//   const spec = await fetch("columns.json").then((answer) => answer.json());
//   const row = new TableRow(spec).row({ age: 41, city: "Bern", since: "2024-05-01" });
//   // A Float32Array; NaN stands for what is not known.

const PLAIN = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const GROUPED = {
  ".": /^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$/,
  ",": /^[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?$/,
};
/** A number after, or before, a sign that is dropped. */
const AFTER_SIGN = /^([+-]?)[$€£¥₹₽₩₺] ?(.*)$/;
const BEFORE_SIGN = /^(.*[0-9.,]) ?[$€£¥₹₽₩₺%]$/;
const TIME =
  "(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?" +
  " ?([AaPp][Mm])? ?(Z|z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?$";
const NUMBERS = new RegExp("^([0-9]{1,4})([-/. ]) ?([0-9]{1,2})\\2 ?([0-9]{1,4})" + TIME);
const DIGITS = new RegExp("^([0-9]{4})([0-9]{2})([0-9]{2})" + TIME);
const MONTH_OF_YEAR = /^([0-9]{4})[-/.]([0-9]{1,2})$/;
const DAY_FIRST = new RegExp(
  "^([0-9]{1,2})[-/. ] ?([A-Za-z]{3,9})\\.?,?[-/. ] ?([0-9]{2,4})" + TIME,
);
const MONTH_FIRST = new RegExp("^([A-Za-z]{3,9})\\.? ([0-9]{1,2}),? ([0-9]{4})" + TIME);
/** The largest number of float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
const MONTHS = (
  "january february march april may june july august september october november december"
).split(" ");

export class TableRow {
  /** @param {object} spec What columns.json holds. */
  constructor(spec) {
    this.columns = spec.columns;
    this.decimal = spec.decimal ?? ".";
    this.missing = new Set(spec.missing ?? []);
    this.lookback = spec.lookback ?? 0;
    this.places = spec.columns.map((column) => placesOf(column.values ?? []));
  }

  /** Returns one number per column of a row, an object of column -> cell: a Float32Array. */
  row(record) {
    return Float32Array.from(this.columns, (column, at) => {
      const known = Object.prototype.hasOwnProperty.call(record, column.name);
      // What is too large is the largest there is: an outlier, no gap.
      const value = this.value(at, known ? record[column.name] : null);
      return Math.max(-LARGEST, Math.min(LARGEST, value));
    });
  }

  /** Returns the last `lookback` of rows that are in the order of time, as Float32Arrays. */
  window(records) {
    if (records.length < this.lookback) {
      throw new RangeError(`${this.lookback} rows are needed. Received: ${records.length}.`);
    }
    const rows = records.map((record) => this.row(record));
    this.columns.forEach((_, at) => {
      let last = rows.find((row) => Math.abs(row[at]) < LARGEST)?.[at] ?? 0;
      for (const row of rows) last = row[at] = Math.abs(row[at]) < LARGEST ? row[at] : last;
    });
    return rows.slice(rows.length - this.lookback);
  }

  value(at, cell) {
    const column = this.columns[at];
    if (typeof cell === "string") {
      cell = stripped(cell).normalize("NFC");
      if (this.missing.has(cell)) return NaN;
    } else if (cell === null || cell === undefined) {
      return NaN;
    } else if (typeof cell === "number" && !Number.isFinite(cell)) {
      return NaN;
    }
    if (column.kind === "number") return number(cell, this.decimal);
    if (column.kind === "date") return days(cell, column.order ?? "ymd");
    return this.place(at, cell);
  }

  place(at, cell) {
    const { texts, numbers } = this.places[at];
    if (typeof cell === "boolean") {
      for (const text of cell ? ["true", "True", "TRUE"] : ["false", "False", "FALSE"]) {
        if (texts.has(text)) return texts.get(text);
      }
      cell = Number(cell);
    }
    if (typeof cell === "string") {
      if (texts.has(cell)) return texts.get(cell);
      cell = plain(cell);
    }
    // A Map takes NaN for equal to itself, but no value is NaN.
    return numbers.get(cell) ?? this.columns[at].values.length;
  }
}

/** Returns text -> place, and number -> place for the values that are numbers. */
function placesOf(values) {
  const texts = new Map();
  const numbers = new Map();
  values.forEach((value, place) => {
    if (!texts.has(value)) texts.set(value, place);
    const numeric = plain(value);
    if (!Number.isNaN(numeric) && !numbers.has(numeric)) numbers.set(numeric, place);
  });
  return { texts, numbers };
}

/** Returns a text without spaces, tabs and line ends around it, and no others. */
function stripped(text) {
  let [begin, end] = [0, text.length];
  while (begin < end && " \t\r\n".includes(text[begin])) begin += 1;
  while (begin < end && " \t\r\n".includes(text[end - 1])) end -= 1;
  return text.slice(begin, end);
}

/** Returns what a cell of numbers holds, NaN if it is none. */
export function number(cell, decimal) {
  if (typeof cell !== "string") {
    return typeof cell === "number" || typeof cell === "boolean" ? Number(cell) : NaN;
  }
  const found = AFTER_SIGN.exec(cell) ?? BEFORE_SIGN.exec(cell);
  if (found) cell = found.slice(1).join("");
  if (GROUPED[decimal].test(cell)) {
    cell = cell.replaceAll(decimal === "." ? "," : ".", "");
  } else if (decimal === "," && cell.includes(".")) {
    return cell.includes(",") ? NaN : plain(cell);
  }
  return plain(decimal === "," ? cell.replaceAll(",", ".") : cell);
}

/** Returns the decimal number that a text is, NaN if it is none. */
function plain(text) {
  return PLAIN.test(text) ? Number(text) : NaN;
}

/** Returns days since 1970-01-01 00:00 UTC, NaN if a cell is no date. */
export function days(cell, order) {
  if (typeof cell !== "string") return typeof cell === "number" ? cell : NaN;
  let found = NUMBERS.exec(cell);
  if (found) {
    const [, first, , second, third, ...time] = found;
    if (first.length > 2) order = "ymd";
    else if (order === "ymd" && third.length > 2) order = "dmy";
    const numbers = [first, second, third];
    return daysOf(...["y", "m", "d"].map((part) => numbers[order.indexOf(part)]), time);
  }
  if ((found = DIGITS.exec(cell))) {
    const [, year, month, day, ...time] = found;
    return daysOf(year, month, day, time);
  }
  if ((found = MONTH_OF_YEAR.exec(cell))) return daysOf(found[1], found[2], "1", []);
  if ((found = DAY_FIRST.exec(cell))) {
    const [, day, word, year, ...time] = found;
    return daysOf(year, monthOf(word), day, time);
  }
  if ((found = MONTH_FIRST.exec(cell))) {
    const [, word, day, year, ...time] = found;
    return daysOf(year, monthOf(word), day, time);
  }
  return NaN;
}

/** Returns the number of a month that a word, or its beginning, names; 0 for none. */
function monthOf(word) {
  const small = word.toLowerCase();
  if (small === "sept") return "9";
  return String(MONTHS.findIndex((month) => month.startsWith(small)) + 1);
}

function daysOf(year, month, day, [hour, minute, second, fraction, half, zone]) {
  if (year.length === 3 || day.length > 2 || month.length > 2) return NaN;
  const short = Number(year);
  const full = year.length === 4 ? short : short + (short >= 70 ? 1900 : 2000);
  const date = new Date(0);
  date.setUTCFullYear(full, Number(month) - 1, Number(day));
  // A day that does not exist has become another.
  if (full < 1 || date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) {
    return NaN;
  }
  let hours = Number(hour ?? 0);
  const [minutes, seconds] = [Number(minute ?? 0), Number(second ?? 0)];
  if (half) {
    if (hours < 1 || hours > 12) return NaN;
    hours = (hours % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  }
  if (hours > 24 || minutes > 59 || seconds > 60) return NaN;
  const part = fraction ? Number(fraction) / 10 ** fraction.length : 0;
  const inDay = hours * 3600 + minutes * 60 + seconds + part - offsetOf(zone);
  return date.getTime() / 86400000 + inDay / 86400;
}

/** Returns the seconds that a zone such as +02:00 is ahead. */
function offsetOf(zone) {
  if (!zone || !"+-".includes(zone[0])) return 0;
  const size = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(3).replace(":", "")) * 60;
  return zone[0] === "-" ? -size : size;
}
