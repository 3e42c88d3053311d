// Turns a text into the token ids that the model beside this file takes.
//
// Needs no other code, in browsers and in Node.js. The rules are in tokenizer.py.
//
//   import { Tokenizer } from "./tokenizer.mjs";
//   const [settings, vocabulary] = await Promise.all([
//     fetch("tokenizer.json").then((answer) => answer.json()),
//     fetch("vocabulary.txt").then((answer) => answer.text()),
//   ]);
//   const ids = new Tokenizer(settings, vocabulary).ids("What a day!"); // An Int32Array.

const PADDING = 0;
const UNKNOWN = 1;

export class Tokenizer {
  /**
   * @param {object} settings What tokenizer.json holds.
   * @param {string} vocabulary What vocabulary.txt holds.
   */
  constructor(settings, vocabulary) {
    this.length = settings.length;
    this.lowercase = settings.lowercase;
    this.longest = settings.longest;
    this.kinds = kindsOf(settings.characters);
    // The first two lines are names, which no token must find.
    const lines = vocabulary.split("\n").slice(0, -1);
    this.words = new Map(lines.map((word, id) => [word, id]).slice(2));
  }

  /** Returns all tokens of a text. */
  tokens(text) {
    const tokens = [];
    let token = []; // Its characters.
    let open = ""; // The kind of character that began it; "" if there is none.
    for (const character of this.normal(text)) {
      const kind = this.kind(character);
      const continues = kind === "m" || (kind === "w" && open === "w");
      if (!(open && continues)) {
        if (open) tokens.push(token.join(""));
        token = [];
        open = kind === "s" ? "" : kind;
      }
      if (open && token.length < this.longest) token.push(character);
    }
    if (open) tokens.push(token.join(""));
    return tokens;
  }

  /** Returns a text as `length` ids. */
  ids(text) {
    const ids = new Int32Array(this.length).fill(PADDING);
    const tokens = this.tokens(text).slice(0, this.length);
    ids[0] = UNKNOWN;
    tokens.forEach((token, at) => {
      ids[at] = this.words.get(token) ?? UNKNOWN;
    });
    return ids;
  }

  kind(character) {
    return String.fromCharCode(this.kinds[character.codePointAt(0)]);
  }

  normal(text) {
    const known = [];
    for (const character of text) {
      const kind = this.kind(character);
      if (kind !== "i") known.push(kind === "u" ? "\ufffd" : character);
    }
    const normal = known.join("").normalize("NFC");
    if (!this.lowercase) return normal;
    return normal.replaceAll("\u0130", "i").replace(/[\u03a3\u03c2]/g, "\u03c3").toLowerCase();
  }
}

/** Returns the kind of each code point, as the code of its letter. */
function kindsOf(characters) {
  const kinds = new Uint8Array(0x110000);
  let first = 0;
  for (const [, count, kind] of characters.matchAll(/([0-9]+)([a-z])/g)) {
    kinds.fill(kind.charCodeAt(0), first, first + Number(count));
    first += Number(count);
  }
  return kinds;
}
