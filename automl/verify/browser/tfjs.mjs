// Runs one TF.js graph model on one backend in a page and sends back what it computed.
import {handler, input, measure, once, profile, runAll} from './predicting.mjs';

const get = async (place) => {
  const answer = await fetch(place);
  if (!answer.ok) throw new Error(`${place} cannot be read`);
  return new Uint8Array(await answer.arrayBuffer());
};
const sha256 = async (bytes) =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function main() {
  const request = await (await fetch('request.json')).json();
  if (request.backend === 'wasm') {
    tf.wasm.setWasmPaths(new URL('runtime/', document.baseURI).href);
    // Threads need a cross-origin isolated page, which few sites are.
    tf.wasm.setThreadsCount(request.threads ?? 1);
  }
  if (!(await tf.setBackend(request.backend))) throw new Error(`TF.js has no backend ${request.backend} here`);
  await tf.ready();
  const read = (name) => get(name === null ? `model/${request.model}` : `model/${name}`);
  const began = performance.now();
  const model = await tf.loadGraphModel(handler(read, sha256));
  const load = performance.now() - began;
  const inputs = [input(await get('input.f32'), request.shape)];
  const {outputs, shapes} = await runAll(tf, model, inputs, request.batch);
  await fetch('sent/output', {method: 'POST', body: outputs[0]});
  const call = once(tf, model, inputs);
  const times = await measure(call, request.latency);
  const operators = request.profile ? await profile(tf, call) : [];
  return {backend: tf.getBackend(), shapes, times, load, operators};
}

main().then((record) => record, (error) => ({error: String(error?.message ?? error).split('\n')[0]}))
  .then((record) => fetch('done', {method: 'POST', body: JSON.stringify(record)}));
