// A picture: chosen, dropped, pasted or taken; drawn where the data is drawings.
import { dropsOn, fileZone, make } from "./dom.mjs";
import { drawingPad } from "./drawing.mjs";

export async function create(settings, { given, problem }) {
  const { readPicture, exampleOf } = await import("./data/picture.mjs");
  const [height, width, channels] = settings.shape;
  const rules = settings.encoder === "image"
    ? await fetch("data/picture.json").then((answer) => answer.json())
    : { height, width, channels, fit: "crop", depth: 8, fill: 128 };
  const isBytes = settings.encoder === "image";
  const top = rules.depth === 16 ? 65535 : 255;
  const { low, high } = settings;

  const preview = make("canvas", { class: "seen", width, height, role: "img", "aria-label": "What the model sees" });
  const scaled = (pixels) => (isBytes ? pixels : pixels.map((value) => low + (value / 255) * (high - low)));
  const toByte = (value) => (isBytes ? (255 * value) / top : (255 * (value - low)) / (high - low));

  function answer(values) {
    paint(preview, values, settings.shape, toByte);
    given(values);
  }
  async function take(file) {
    try {
      const values = scaled(await readPicture(file, rules));
      pad?.clear({ quietly: true });
      answer(values);
    } catch (error) {
      problem(new Error(`${file.name ?? "This"} is no picture that this browser can read (${error.message}).`));
    }
  }
  const pad = settings.drawing && rules.depth !== 16
    ? drawingPad(settings.drawing, { width, height }, (pixels) => answer(scaled(exampleOf(pixels, rules))))
    : null;

  const buttons = make("div", { class: "buttons" }, ...(pad ? pad.buttons : []),
    ...fileZone({ accept: "image/*", label: "Choose a picture", take }));
  const sees = make("figure", { class: "sees" }, preview, make("figcaption", {}, `What the model sees: ${width} × ${height}`));
  const element = make("div", { class: `giver picture ${pad ? "draws" : ""}` },
    pad ? make("div", { class: "drawing" }, pad.element, sees) : sees, buttons,
    make("p", { class: "quiet" }, pad ? "Draw with a finger, a mouse or the arrow keys; drop or paste a picture." : "Or drop or paste one here."));
  dropsOn(element, "image/", take);

  async function values(sample) {
    if (!sample.picture) return Float32Array.from(sample.values);
    return scaled(await readPicture(await (await fetch(sample.picture)).blob(), rules));
  }
  return {
    element,
    async show(sample, { quietly = false } = {}) {
      const found = await values(sample);
      if (!quietly) {
        pad?.clear({ quietly: true });
        pad?.put(found, settings.shape, toByte);
        paint(preview, found, settings.shape, toByte);
      }
      return { values: found };
    },
    async thumbnail(sample, index) {
      const small = make("canvas", { class: "thumb", width, height, "aria-hidden": "true" });
      paint(small, await values(sample.given), settings.shape, toByte);
      const label = sample.truth === null ? `Example ${index + 1}` : [sample.truth].flat().join(", ") || "none";
      return [small, make("span", { class: "caption" }, label)];
    },
  };
}

/** Draws an example as it is fed. */
export function paint(canvas, values, [height, width, channels], toByte) {
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let at = 0; at < width * height; at++) {
    for (let k = 0; k < 3; k++) pixels[4 * at + k] = toByte(values[at * channels + Math.min(k, channels - 1)]);
  }
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
}
