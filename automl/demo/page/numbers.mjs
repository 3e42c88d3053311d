// How numbers, times and sizes are written.

/** Returns a number with about `digits` digits that count. */
export function short(value, digits = 4) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return Number(value.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 10 });
}

/** Returns a share as per cent; what is near 0 or 1 is not rounded away. */
export function percent(share) {
  const value = 100 * share;
  if (value > 99.95 && value < 100) return "> 99.9 %";
  if (value < 0.05 && value > 0) return "< 0.1 %";
  return `${value.toFixed(1)} %`;
}

/** Returns a time in milliseconds. */
export function milliseconds(time) {
  if (time >= 1000) return `${(time / 1000).toFixed(2)} s`;
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}

/** Returns bytes in kB and MB. */
export function bytes(count) {
  if (count >= 999_500) return `${(count / 1e6).toFixed(2)} MB`;
  return count >= 1000 ? `${(count / 1e3).toFixed(1)} kB` : `${count} B`;
}

/** Reads a number as people write it; NaN where it is none. */
export function parsed(text) {
  const plain = String(text).trim();
  if (!plain) return NaN;
  return Number(/^[+-]?\d+,\d+$/.test(plain) ? plain.replace(",", ".") : plain);
}

/** Splits pasted rows into cells: tabs, semicolons or commas; quotes as in CSV files. */
export function cells(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  if (!lines.length) return [];
  const marks = ["\t", ";", ","];
  const mark = marks.find((each) => lines[0].includes(each));
  if (!mark) return lines.map((line) => line.trim().split(/\s+/));
  return lines.map((line) => {
    const row = [];
    let cell = "";
    let quoted = false;
    for (let at = 0; at < line.length; at++) {
      const letter = line[at];
      if (letter === '"' && quoted && line[at + 1] === '"') { cell += '"'; at++; }
      else if (letter === '"') quoted = !quoted;
      else if (letter === mark && !quoted) { row.push(cell); cell = ""; }
      else cell += letter;
    }
    row.push(cell);
    return row.map((each) => each.trim());
  });
}
