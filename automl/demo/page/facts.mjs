// What the page cost: bytes that came over the network, and milliseconds.
import { byId, make } from "./dom.mjs";
import { bytes, milliseconds } from "./numbers.mjs";

/** Returns bytes fetched so far of the model, its data and the runtime. */
export function fetched() {
  const sums = { model: 0, data: 0, runtime: 0 };
  for (const entry of performance.getEntriesByType("resource")) {
    const path = new URL(entry.name).pathname;
    const part = ["model", "runtime"].find((name) => path.includes(`/${name}/`));
    const isData = /\/(data|samples)\/|\/demo\.json$/.test(path);
    const kind = part ?? (isData ? "data" : null);
    if (kind) sums[kind] += entry.encodedBodySize || entry.decodedBodySize || 0;
  }
  return sums;
}

/** Shows what is known of the page and the model. */
export function showFacts(settings, { first, backend }) {
  const sums = fetched();
  const facts = [
    ["First prediction", milliseconds(first), "after this page was opened"],
    ["Model", bytes(sums.model || settings.model.bytes), [settings.model.recipe, "downloaded"].filter(Boolean).join(", ")],
    ["Its data", bytes(sums.data), "preprocessing and examples"],
    ["Runtime", bytes(sums.runtime), `TF.js on ${backend}, no CDN`],
  ];
  if (settings.verified) {
    const { metric, value, examples } = settings.verified;
    facts.splice(1, 0, [capital(metric), value, `on ${examples.toLocaleString("en")} test examples`]);
  }
  const list = byId("facts");
  list.replaceChildren(
    ...facts.map(([name, value, more]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, make("strong", {}, value), make("span", {}, more))),
    ),
  );
  list.hidden = false;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
