// Reads a picture as the model beside this file takes it.
//
// Needs no other code. What is done exactly is told in picture.py.
//
//   import { readPicture, exampleOf } from "./picture.mjs";
//   const settings = await fetch("picture.json").then((answer) => answer.json());
//   const example = await readPicture(file, settings); // In browsers: a File or Blob.
//
// `example` is a Float32Array of height x width x channels numbers. In Node.js
// `readPng(bytes, settings)` reads PNG files; for other formats decode with a library
// of your choice, upright, and give `exampleOf` the RGBA bytes.

/**
 * Reads a picture in a browser, in every format that the browser knows.
 *
 * @param {Blob} blob The file.
 * @param {object} settings What picture.json holds.
 */
export async function readPicture(blob, settings) {
  // PNG is read here: a canvas would cut 16 bits to 8 and blur what is half transparent.
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (isPng(bytes) && !isInterlaced(bytes)) return readPng(bytes, settings);
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: "from-image",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return exampleOf(context.getImageData(0, 0, canvas.width, canvas.height), settings);
}

/**
 * Returns an example as the model takes it.
 *
 * @param {{width: number, height: number, data: ArrayLike<number>}} pixels An upright
 *   picture: `data` holds 8-bit RGBA values, not premultiplied, or, where `depth` is
 *   16, one value of 16 bits for each pixel.
 * @param {object} settings What picture.json holds.
 */
export function exampleOf(pixels, settings) {
  const deep = settings.depth === 16;
  const channels = settings.channels;
  if (deep !== (pixels.data.length === pixels.width * pixels.height)) {
    throw new Error(deep ? "The picture has not 16 bits of grey." : "RGBA values are needed.");
  }
  let image = {
    width: pixels.width,
    height: pixels.height,
    channels,
    data: deep ? Float32Array.from(pixels.data) : flat(pixels.data, channels),
  };
  if (image.width !== settings.width || image.height !== settings.height) {
    image = resized(image, settings);
  }
  return deep ? image.data.map((value) => Math.floor(value + 0.5)) : Float32Array.from(image.data);
}

/**
 * Reads a PNG file that is not interlaced.
 *
 * @param {Uint8Array} bytes The file.
 * @param {object} settings What picture.json holds.
 */
export async function readPng(bytes, settings) {
  const png = await decodePng(bytes);
  const deep = settings.depth === 16;
  if (deep && !png.deep) throw new Error("The picture has not 16 bits of grey.");
  const values = deep ? png.deep : png.rgba;
  const size = deep ? 1 : 4;
  return exampleOf(upright({ ...png, data: values }, size, png.orientation), settings);
}

/** Returns RGBA bytes as bytes of grey or RGB, white where they are transparent. */
function flat(rgba, channels) {
  const count = rgba.length / 4;
  const data = new Uint8Array(count * channels);
  for (let at = 0; at < count; at++) {
    const alpha = rgba[4 * at + 3];
    const [red, green, blue] = [0, 1, 2].map((channel) => {
      const value = rgba[4 * at + channel];
      return Math.floor((value * alpha + 255 * (255 - alpha) + 127) / 255);
    });
    if (channels === 1) {
      data[at] = (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;
    } else {
      data.set([red, green, blue], 3 * at);
    }
  }
  return data;
}

function resized(image, settings) {
  const { box, size } = partKept(image, settings);
  const part = resample(cropped(image, box), size[0], size[1]);
  if (size[0] === settings.width && size[1] === settings.height) return part;
  const whole = {
    width: settings.width,
    height: settings.height,
    channels: image.channels,
    data: new image.data.constructor(settings.width * settings.height * image.channels),
  };
  whole.data.fill(settings.fill);
  const left = Math.floor((settings.width - size[0]) / 2);
  const top = Math.floor((settings.height - size[1]) / 2);
  const row = size[0] * image.channels;
  for (let y = 0; y < size[1]; y++) {
    const to = ((top + y) * settings.width + left) * image.channels;
    whole.data.set(part.data.subarray(y * row, (y + 1) * row), to);
  }
  return whole;
}

/** Returns which box (left, top, right, bottom) is kept, and the size it is resized to. */
function partKept({ width, height }, settings) {
  const round = (value) => Math.floor(value + 0.5);
  if (settings.fit === "pad") {
    const scale = Math.min(settings.width / width, settings.height / height);
    const size = [width, height].map((side) => Math.max(1, round(side * scale)));
    const within = [Math.min(settings.width, size[0]), Math.min(settings.height, size[1])];
    return { box: [0, 0, width, height], size: within };
  }
  const keptWidth = Math.min(width, Math.max(1, round((height * settings.width) / settings.height)));
  const keptHeight = Math.min(height, Math.max(1, round((width * settings.height) / settings.width)));
  const left = Math.floor((width - keptWidth) / 2);
  const top = Math.floor((height - keptHeight) / 2);
  return {
    box: [left, top, left + keptWidth, top + keptHeight],
    size: [settings.width, settings.height],
  };
}

function cropped(image, [left, top, right, bottom]) {
  const [width, height] = [right - left, bottom - top];
  const data = new image.data.constructor(width * height * image.channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * image.channels;
    data.set(image.data.subarray(from, from + width * image.channels), y * width * image.channels);
  }
  return { width, height, channels: image.channels, data };
}

/** Resizes with a triangle filter, rows first. 8-bit values are rounded after each. */
function resample(image, width, height) {
  return along(along(image, width, false), height, true);
}

function along(image, size, vertical) {
  const length = vertical ? image.height : image.width;
  if (length === size) return image;
  const bytes = image.data instanceof Uint8Array;
  const { channels } = image;
  const width = vertical ? image.width : size;
  const height = vertical ? size : image.height;
  const data = new image.data.constructor(width * height * channels);
  const step = vertical ? image.width * channels : channels;
  for (let to = 0; to < size; to++) {
    const { begin, weights } = triangle(length, size, to, bytes);
    const others = vertical ? width : height;
    for (let other = 0; other < others; other++) {
      const from = vertical
        ? begin * step + other * channels
        : other * image.width * channels + begin * step;
      const out = vertical ? (to * width + other) * channels : (other * width + to) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = bytes ? HALF : 0;
        for (let k = 0; k < weights.length; k++) sum += image.data[from + k * step + channel] * weights[k];
        data[out + channel] = bytes ? Math.min(255, Math.floor(sum / ONE)) : sum;
      }
    }
  }
  return { width, height, channels, data };
}

// Weights of 8-bit values are whole numbers of this part of one, so that sums are exact.
const ONE = 2 ** 22;
const HALF = 2 ** 21;

/** Returns where the values for one result begin, and the weight of each. */
function triangle(length, size, to, bytes) {
  const scale = length / size;
  const reach = Math.max(1, scale);
  const center = (to + 0.5) * scale;
  const begin = Math.max(0, Math.trunc(center - reach + 0.5));
  const end = Math.min(length, Math.trunc(center + reach + 0.5));
  const weights = [];
  let total = 0;
  for (let at = begin; at < end; at++) {
    const weight = Math.max(0, 1 - Math.abs((at - center + 0.5) * (1 / reach)));
    weights.push(weight);
    total += weight;
  }
  const shares = weights.map((weight) => weight / total);
  return { begin, weights: bytes ? shares.map((share) => Math.floor(share * ONE + 0.5)) : shares };
}

/** Turns values, `size` of them for each pixel, as an EXIF orientation says. */
function upright({ width, height, data }, size, orientation) {
  if (!(orientation > 1 && orientation < 9)) return { width, height, data };
  const turned = orientation > 4;
  const [toWidth, toHeight] = turned ? [height, width] : [width, height];
  const out = new data.constructor(data.length);
  for (let y = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      const [left, top] = [
        [x, y], [toWidth - 1 - x, y], [toWidth - 1 - x, toHeight - 1 - y], [x, toHeight - 1 - y],
        [y, x], [y, toWidth - 1 - x], [toHeight - 1 - y, toWidth - 1 - x], [toHeight - 1 - y, x],
      ][orientation - 1];
      const from = (top * width + left) * size;
      out.set(data.subarray(from, from + size), (y * toWidth + x) * size);
    }
  }
  return { width: toWidth, height: toHeight, data: out };
}

const isPng = (bytes) => [137, 80, 78, 71, 13, 10, 26, 10].every((byte, at) => bytes[at] === byte);
const isInterlaced = (bytes) => bytes[28] === 1;

/** Decodes a PNG file to RGBA bytes and, where it has 16 bits of grey, to those. */
async function decodePng(bytes) {
  if (!isPng(bytes)) throw new Error("This is no PNG file: decode it and use exampleOf.");
  if (isInterlaced(bytes)) throw new Error("Interlaced PNG files are not read: use exampleOf.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  const png = { orientation: 1 };
  let palette, clear;
  for (let at = 8, name = ""; name !== "IEND"; ) {
    const length = view.getUint32(at);
    name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (body.length < length) throw new Error("The PNG file is cut off.");
    if (name === "IHDR") {
      Object.assign(png, { width: view.getUint32(16), height: view.getUint32(20) });
      Object.assign(png, { bits: body[8], kind: body[9] });
    } else if (name === "PLTE") palette = body;
    else if (name === "tRNS") clear = body;
    else if (name === "eXIf") png.orientation = orientationIn(body);
    else if (name === "IDAT") parts.push(body);
    at += 12 + length;
  }
  const samples = samplesOf(await inflated(parts), png);
  const { width, height, bits, kind } = png;
  if (kind === 0 && bits === 16) png.deep = samples;
  png.rgba = new Uint8Array(width * height * 4);
  const size = SAMPLES[kind];
  const whole = 2 ** bits - 1;
  const byte = (value) => (bits === 16 ? value >> 8 : (value * 255) / whole);
  const clearColor = clear && [0, 2, 4].slice(0, size).map((k) => (clear[k] << 8) | clear[k + 1]);
  for (let at = 0; at < width * height; at++) {
    const pixel = samples.subarray(at * size, (at + 1) * size);
    let color;
    if (kind === 3) {
      const [index] = pixel;
      color = [...palette.subarray(3 * index, 3 * index + 3), clear?.[index] ?? 255];
    } else {
      const values = Array.from(pixel, byte);
      const shades = kind === 0 || kind === 4 ? [values[0], values[0], values[0]] : values.slice(0, 3);
      const hidden = kind !== 4 && kind !== 6 && bits < 16 && clearColor?.every((v, k) => v === pixel[k]);
      color = [...shades, kind === 4 ? values[1] : kind === 6 ? values[3] : hidden ? 0 : 255];
    }
    png.rgba.set(color, 4 * at);
  }
  return png;
}

/** Kind of colour in a PNG file -> values of a pixel. */
const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

async function inflated(parts) {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Undoes the filters of a PNG file's rows and returns its values. */
function samplesOf(raw, { width, height, bits, kind }) {
  const size = SAMPLES[kind];
  const row = Math.ceil((width * size * bits) / 8);
  const pixel = Math.max(1, (size * bits) / 8);
  const lines = new Uint8Array(row * height);
  if (raw.length < (row + 1) * height) throw new Error("The PNG file is cut off.");
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x >= pixel ? lines[y * row + x - pixel] : 0;
      const up = y ? lines[(y - 1) * row + x] : 0;
      const corner = y && x >= pixel ? lines[(y - 1) * row + x - pixel] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      lines[y * row + x] = raw[y * (row + 1) + 1 + x] + guess;
    }
  }
  const samples = new (bits === 16 ? Uint16Array : Uint8Array)(width * height * size);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < width * size; k++) {
      const at = y * row;
      samples[y * width * size + k] =
        bits === 16
          ? (lines[at + 2 * k] << 8) | lines[at + 2 * k + 1]
          : (lines[at + ((k * bits) >> 3)] >> (8 - bits - ((k * bits) & 7))) & (2 ** bits - 1);
    }
  }
  return samples;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Returns the orientation in EXIF data, 1 if it says none. */
function orientationIn(exif) {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    const folder = view.getUint32(4, little);
    for (let entry = 0; entry < view.getUint16(folder, little); entry++) {
      const at = folder + 2 + 12 * entry;
      if (view.getUint16(at, little) === 0x0112) return view.getUint16(at + 8, little);
    }
  } catch {
    // Damaged notes about a picture are no reason to do without it.
  }
  return 1;
}
