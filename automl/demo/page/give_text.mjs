// A text, typed or pasted.
import { calmed, freshId, make } from "./dom.mjs";

export async function create(settings, { given }) {
  const [{ Tokenizer }, rules, vocabulary] = await Promise.all([
    import("./data/tokenizer.mjs"),
    fetch("data/tokenizer.json").then((answer) => answer.json()),
    fetch("data/vocabulary.txt").then((answer) => answer.text()),
  ]);
  const tokenizer = new Tokenizer(rules, vocabulary);
  const id = freshId("text");
  const box = make("textarea", { id, rows: 6, spellcheck: "false", placeholder: "Type or paste a text …" });
  const count = make("p", { class: "quiet", role: "status" });

  function values(text) {
    const tokens = tokenizer.tokens(text);
    const unknown = tokens.filter((token) => !tokenizer.words.has(token)).length;
    const parts = [`${tokens.length} word${tokens.length === 1 ? "" : "s"} and marks`];
    if (unknown) parts.push(`${unknown} never seen in training`);
    if (tokens.length > tokenizer.length) parts.push(`only the first ${tokenizer.length} are read`);
    count.textContent = `${parts.join(", ")}.`;
    return tokenizer.ids(text);
  }
  const ask = calmed(() => { if (box.value.trim()) given(values(box.value)); });
  box.addEventListener("input", ask);

  return {
    element: make("div", { class: "giver" }, make("label", { for: id }, "Your text"), box, count),
    async show(sample, { quietly = false } = {}) {
      if (sample.text === undefined) return { values: sample.values };
      if (quietly) return { values: tokenizer.ids(sample.text) };
      box.value = sample.text;
      return { values: values(sample.text) };
    },
    async thumbnail(sample) {
      return [make("span", { class: "words" }, sample.given.text ?? "token ids")];
    },
  };
}
