// A sound, recorded, dropped or chosen.
import { dropsOn, fileZone, make } from "./dom.mjs";

export async function create(settings, { given, problem }) {
  const [{ decode }, rules] = await Promise.all([
    import("./data/audio.mjs"),
    fetch("data/audio.json").then((answer) => answer.json()),
  ]);
  const seconds = rules.samples / rules.sample_rate;
  const canvas = make("canvas", { class: "wave", width: 960, height: 200, role: "img", "aria-label": "The sound's waveform" });
  const player = make("audio", { controls: true });
  const record = make("button", { type: "button", class: "button record", "aria-pressed": "false" }, "Record");
  const status = make("p", { class: "quiet", role: "status" },
    `The model hears the first ${seconds.toLocaleString("en", { maximumFractionDigits: 2 })} s at ${rules.sample_rate.toLocaleString("en")} Hz.`);

  async function read(blob, { quietly = false } = {}) {
    const waveform = await decode(await blob.arrayBuffer(), rules);
    if (!quietly) {
      paint(canvas, waveform);
      if (player.src) URL.revokeObjectURL(player.src);
      player.src = URL.createObjectURL(blob);
    }
    return waveform;
  }
  const take = (file) => read(file).then(given, () =>
    problem(new Error(`${file.name ?? "This"} is no sound that this browser can decode.`)));

  let recorder = null;
  record.addEventListener("click", () => (recorder ? recorder.stop() : listen().catch(refused)));
  function refused(error) {
    status.textContent = navigator.mediaDevices
      ? `The microphone cannot be used (${error.message}).`
      : "A browser gives the microphone only to pages on https or on localhost.";
  }
  async function listen() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      const kind = recorder.mimeType;
      recorder = null;
      record.textContent = "Record again";
      record.setAttribute("aria-pressed", "false");
      take(new Blob(parts, { type: kind }));
    };
    recorder.start();
    record.textContent = "Stop";
    record.setAttribute("aria-pressed", "true");
    // A little more than is heard: encoders cut the ends.
    setTimeout(() => { if (recorder?.state === "recording") recorder.stop(); }, 1000 * seconds + 250);
  }

  const element = make("div", { class: "giver" }, canvas, player,
    make("div", { class: "buttons" }, record, ...fileZone({ accept: "audio/*", label: "Choose a sound", take })), status);
  dropsOn(element, "audio/", take);
  return {
    element,
    async show(sample, options = {}) {
      if (!sample.sound) return { values: sample.values };
      const blob = await (await fetch(sample.sound)).blob();
      return { values: await read(blob, options) };
    },
    async thumbnail(sample, index) {
      const small = make("canvas", { class: "wave", width: 192, height: 96, "aria-hidden": "true" });
      if (sample.given.sound) {
        const blob = await (await fetch(sample.given.sound)).blob();
        paint(small, await read(blob, { quietly: true }));
      }
      return [small, make("span", { class: "caption" }, String(sample.truth ?? `Example ${index + 1}`))];
    },
  };
}

/** Draws the loudest and lowest sample of each column of pixels. */
function paint(canvas, waveform) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const columns = Math.floor(width / 3);
  context.clearRect(0, 0, width, height);
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--blue").trim() || "#0072b2";
  for (let column = 0; column < columns; column++) {
    const part = waveform.subarray(
      Math.floor((column * waveform.length) / columns), Math.floor(((column + 1) * waveform.length) / columns));
    let loudest = 0;
    for (const value of part) loudest = Math.max(loudest, Math.abs(value));
    const tall = Math.max(2, loudest * (height - 4));
    context.fillRect(column * 3, (height - tall) / 2, 2, tall);
  }
}
