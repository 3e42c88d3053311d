// Turns a sound into the waveform that the model beside this file takes.
//
// Needs a browser's Web Audio and no other code. The rules are in audio.py.
//
//   import { decode } from "./audio.mjs";
//   const settings = await (await fetch("audio.json")).json();
//   const waveform = await decode(await file.arrayBuffer(), settings); // A Float32Array.

/**
 * Decodes a sound file and returns its beginning.
 *
 * The browser resamples while it decodes, with a filter of its own: samples differ
 * from those of audio.py by about what its filter does.
 *
 * @param {ArrayBuffer} file The content of a sound file; it is used up.
 * @param {{sample_rate: number, samples: number}} settings What audio.json holds.
 */
export async function decode(file, settings) {
  const context = new OfflineAudioContext(1, settings.samples, settings.sample_rate);
  const sound = await context.decodeAudioData(file);
  const channels = [];
  for (let at = 0; at < sound.numberOfChannels; at += 1) channels.push(sound.getChannelData(at));
  return fit(channels, settings);
}

/**
 * Returns the average of channels that have the model's sample rate already, such as
 * those of an AudioContext made with {sampleRate: settings.sample_rate}.
 *
 * @param {Float32Array[]} channels Samples from -1 to 1.
 */
export function fit(channels, settings) {
  const waveform = new Float32Array(settings.samples);
  const length = Math.min(settings.samples, channels[0].length);
  for (let at = 0; at < length; at += 1) {
    let sum = 0;
    for (const channel of channels) sum += channel[at];
    waveform[at] = Math.min(1, Math.max(-1, sum / channels.length));
  }
  return waveform;
}
