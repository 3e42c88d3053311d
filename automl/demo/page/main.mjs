// Joins the parts: what a person gives, the model, what the page says.
import { byId, make } from "./dom.mjs";
import { showFacts } from "./facts.mjs";
import { load } from "./model.mjs";
import { milliseconds, short } from "./numbers.mjs";
import { say } from "./say.mjs";

const WORDS = {
  classification: (s) => `Says which of ${s.names.length} classes it is.`,
  multilabel: (s) => `Says which of ${s.names.length} labels hold.`,
  regression: (s) => (s.names.length > 1 ? `Estimates ${s.names.length} numbers.` : `Estimates ${s.names[0] || "a number"}.`),
  forecasting: () => "Forecasts what comes next in a series.",
  anomaly: () => "Says how unlike the usual it is.",
};

/** Returns the module that takes this kind of input. */
function giverFor(settings) {
  if (settings.encoder === "text") return import("./give_text.mjs");
  if (settings.encoder === "audio") return import("./give_audio.mjs");
  if (settings.input === "image" && [1, 3].includes(settings.shape[2])) return import("./give_image.mjs");
  if (settings.input === "vector" && settings.shape.length === 1) return import("./give_row.mjs");
  return import("./give_series.mjs");
}

async function json(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

async function begin() {
  const settings = await json("demo.json");
  document.title = `${settings.title}: model demo`;
  byId("eyebrow").textContent = settings.task;
  byId("title").textContent = settings.title;
  const [model, giverModule, { samples }] = await Promise.all([
    load(settings),
    giverFor(settings),
    settings.samples ? json("samples/samples.json") : { samples: [] },
  ]);
  let asked = 0;
  let current = null;

  async function ask(values, sample = null, seen = null) {
    const turn = (asked += 1);
    if (sample === null) mark(null);
    const { outputs, took } = await model.ask(values);
    if (turn !== asked) return outputs; // A later question was faster.
    say(settings, outputs, { truth: sample?.truth ?? null, seen });
    byId("answer").dataset.outputs = JSON.stringify(outputs);
    byId("answer").dataset.turn = String(turn);
    const line = byId("took");
    line.textContent = `Answered in ${milliseconds(took)}.`;
    line.hidden = false;
    return outputs;
  }

  function mark(index) {
    current = index;
    for (const [at, button] of [...byId("strip").querySelectorAll("button")].entries()) {
      button.setAttribute("aria-pressed", String(at === index));
    }
  }

  function problem(error) {
    byId("said").replaceChildren(make("p", { class: "hint" }, String(error?.message ?? error)));
    byId("took").hidden = true;
    delete byId("answer").dataset.outputs;
    asked += 1;
  }

  // What a person gives: values, and what to draw beside an answer.
  const given = (values, seen = null) => ask(values, null, seen).catch(problem);
  const giver = await giverModule.create(settings, { given, problem });
  byId("giver").replaceChildren(giver.element);
  byId("columns").hidden = false;

  // On a phone the answer may be above what was tapped.
  const reveal = () => byId("answer").scrollIntoView({ block: "nearest", behavior: "smooth" });

  async function show(index) {
    const { values, seen } = await giver.show(samples[index].given);
    mark(index);
    return ask(values, samples[index], seen);
  }

  if (samples.length) {
    byId("strip").replaceChildren(
      ...(await Promise.all(
        samples.map(async (sample, index) =>
          make("li", {}, make("button", {
            type: "button", class: "sample", "aria-pressed": "false",
            onclick: () => show(index).then(reveal, problem),
          }, ...(await giver.thumbnail(sample, index)))),
        ),
      )),
    );
    byId("examples").hidden = false;
    byId("check").addEventListener("click", () => check().catch(problem));
    await show(0);
  } else {
    await model.ask(new Array(settings.shape.reduce((a, b) => a * b, 1)).fill(0));
    byId("said").replaceChildren(make("p", { class: "hint" }, "Give the model something."));
  }
  const first = performance.now();
  byId("lead").textContent = `${WORDS[settings.task]?.(settings) ?? ""} It runs in this browser, and nothing leaves this device.`;
  showFacts(settings, { first, backend: model.backend });
  document.body.dataset.ready = String(Math.round(first));

  /** Runs all samples and tells the largest difference from what Keras said. */
  async function check() {
    const button = byId("check");
    button.disabled = true;
    let largest = 0;
    let times = [];
    try {
      for (const sample of samples) {
        const { values } = await giver.show(sample.given, { quietly: true });
        const { outputs, took } = await model.ask(values);
        times.push(took);
        outputs.forEach((value, at) => {
          const scale = scaleOf(settings, sample.keras, at);
          largest = Math.max(largest, Math.abs(value - sample.keras[at]) / scale);
        });
      }
    } finally {
      button.disabled = false;
    }
    times = times.sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)];
    const line = byId("checked");
    const fine = largest <= settings.model.tolerance;
    line.classList.toggle("good", fine);
    line.classList.toggle("bad", !fine);
    line.dataset.largest = String(largest);
    line.textContent =
      `${fine ? "As in Keras" : "Not as in Keras"}: ${samples.length} examples differ by at most ` +
      `${short(largest, 2)}; median ${milliseconds(median)}.`;
    if (current !== null) await giver.show(samples[current].given);
  }
}

/** Returns what a difference is measured in: 1 for probabilities, else the usual size. */
function scaleOf(settings, keras, at) {
  if (settings.std.length) return settings.std[at] + 0.01 * Math.abs(settings.mean[at]);
  return settings.task === "anomaly" ? Math.max(Math.abs(keras[at]), settings.threshold ?? 1e-6) : 1;
}

begin().catch((error) => {
  const place = byId("problem");
  place.textContent = `The model cannot be shown: ${error?.message ?? error}`;
  place.hidden = false;
  byId("lead").textContent = "Something is missing.";
  document.body.dataset.failed = String(error?.message ?? error);
});
