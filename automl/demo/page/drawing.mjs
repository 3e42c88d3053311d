// A pad to draw on. Strokes are kept as lines, so that what the model is given has the
// size, place and thickness that strokes have in its data, however they were drawn.
import { make } from "./dom.mjs";

/** Pixels of the pad; it is shown as large as there is room. */
const SIDE = 336;
/** Pixels of what is drawn for the model, for each of its own. */
const FINER = 8;
/** Share of the pad that one press of an arrow key moves the pen. */
const STEP = 1 / 28;

/**
 * Makes a pad.
 *
 * @param {{dark: boolean, reach: number, width: number, mass: boolean}} style What strokes
 *   of the data are like.
 * @param {{width: number, height: number}} size The model's picture.
 * @param {(pixels: ImageData) => void} drawn Is given the picture after each stroke.
 */
export function drawingPad(style, size, drawn) {
  const paper = style.dark ? "#000" : "#fff";
  const ink = style.dark ? "#fff" : "#000";
  const canvas = make("canvas", {
    class: "pad", width: SIDE, height: Math.round((SIDE * size.height) / size.width), tabindex: "0", role: "application",
    "aria-label": "Drawing. Arrow keys move the pen, Space lowers and lifts it, Delete clears.",
  });
  const context = canvas.getContext("2d");
  const hint = make("span", { class: `pad-hint ${style.dark ? "on-dark" : ""}`, "aria-hidden": "true" }, "Draw here");
  let strokes = [];
  let open = null; // The stroke that a pointer or the keys are drawing.
  let pen = null; // Where the keys' pen is.
  let back = null; // A picture that lies under the strokes until there are any.

  function clear({ quietly = false } = {}) {
    strokes = [];
    open = pen = back = null;
    repaint();
    if (!quietly) canvas.focus();
  }
  function repaint() {
    context.fillStyle = paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    hint.hidden = strokes.length > 0 || back !== null;
    if (back) {
      context.imageSmoothingEnabled = false;
      context.drawImage(back, 0, 0, canvas.width, canvas.height);
      return;
    }
    trace(context, strokes, ink, style.width * 0.8 * canvas.width, ([x, y]) => [x * canvas.width, y * canvas.height]);
    if (pen) {
      context.strokeStyle = open ? "#e69f00" : "#56b4e9";
      context.lineWidth = 3;
      context.beginPath();
      context.arc(pen[0] * canvas.width, pen[1] * canvas.height, 9, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  function done() {
    repaint();
    if (strokes.length) drawn(asInData(strokes, style, size, paper, ink));
  }
  const undo = () => {
    strokes.pop();
    open = null;
    done();
  };

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    back = pen = null;
    open = [at(event)];
    strokes.push(open);
    repaint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!open || pen || !canvas.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) open.push(at(each));
    repaint();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!open || pen) return;
      open = null;
      done();
    });
  }
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const known = move || [" ", "Enter", "Delete", "Backspace", "Escape"].includes(event.key);
    if (!known || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.key === "Backspace") return void undo();
    if (!move && event.key !== " " && event.key !== "Enter") return void clear();
    back = null;
    pen ??= [0.5, 0.2];
    if (move) {
      pen = pen.map((value, k) => Math.min(0.97, Math.max(0.03, value + move[k] * STEP)));
      open?.push(pen);
    } else if (open) {
      open = null;
    } else {
      open = [pen];
      strokes.push(open);
    }
    done();
  });
  canvas.addEventListener("blur", () => {
    if (!pen) return;
    open = pen = null;
    repaint();
  });
  repaint();

  return {
    element: make("div", { class: "pad-area" }, canvas, hint),
    buttons: [
      make("button", { type: "button", class: "button", onclick: () => clear() }, "Clear"),
      make("button", { type: "button", class: "button", onclick: undo }, "Undo"),
    ],
    clear,
    /** Shows a picture of the data in place of strokes. */
    put(values, [height, width, channels], toByte) {
      const small = new OffscreenCanvas(width, height);
      const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
      for (let k = 0; k < width * height; k++) pixels.fill(toByte(values[k * channels]), 4 * k, 4 * k + 3);
      small.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
      back = small;
      repaint();
    },
  };
}

/** Returns strokes as a picture like those of the data, some times finer than the model's. */
export function asInData(strokes, style, size, paper, ink) {
  const canvas = new OffscreenCanvas(size.width * FINER, size.height * FINER);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const points = strokes.flat().map(([x, y]) => [x * size.width, y * size.height]);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const side = Math.min(size.width, size.height);
  const thick = style.width * style.reach * side;
  // The ends of strokes reach half their thickness beyond their points.
  const room = Math.max(style.reach * side - thick, side / 8);
  const longest = Math.max(right - left, bottom - top);
  const scale = longest > 0 ? Math.min(room / longest, 8) : 1;
  const [x, y] = style.mass ? center(strokes, size) : [(left + right) / 2, (top + bottom) / 2];
  trace(context, strokes, ink, thick * FINER, (point) => [
    FINER * (size.width / 2 + scale * (point[0] * size.width - x)),
    FINER * (size.height / 2 + scale * (point[1] * size.height - y)),
  ]);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Returns the middle of the ink. */
function center(strokes, size) {
  let [sumX, sumY, sum] = [0, 0, 0];
  for (const stroke of strokes) {
    stroke.forEach((point, k) => {
      const before = stroke[Math.max(0, k - 1)];
      const [x, y] = [0, 1].map((axis) => ((point[axis] + before[axis]) / 2) * (axis ? size.height : size.width));
      const weight = Math.hypot((point[0] - before[0]) * size.width, (point[1] - before[1]) * size.height) + 1e-3;
      sumX += weight * x;
      sumY += weight * y;
      sum += weight;
    });
  }
  return [sumX / sum, sumY / sum];
}

/** Draws strokes with round ends. */
function trace(context, strokes, ink, width, place) {
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    const [first, ...others] = stroke.map(place);
    context.beginPath();
    if (others.length) {
      context.moveTo(...first);
      for (const point of others) context.lineTo(...point);
      context.stroke();
    } else {
      context.arc(first[0], first[1], width / 2, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
