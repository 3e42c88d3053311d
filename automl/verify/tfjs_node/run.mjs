// Runs one TF.js graph model on one backend, as a page or a server would.
//   node run.mjs REQUEST.json
// The request names the model, the install folder, the backend and raw
// little-endian input files; outputs and timings are written beside it.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

import {handler, input, measure, once, profile, runAll} from './predicting.mjs';

const request = JSON.parse(readFileSync(process.argv[2], 'utf-8'));
const require = createRequire(join(request.install, 'package.json'));
const tf = require('@tensorflow/tfjs-core');
const {loadGraphModel} = require('@tensorflow/tfjs-converter');

const read = (name) => readFileSync(name === null ? request.model : join(dirname(request.model), name));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function useBackend(name) {
  require(`@tensorflow/tfjs-backend-${name}`);
  if (name === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
    wasm.setWasmPaths(folder + '/');
    // Threads need a cross-origin isolated page, which few sites are.
    wasm.setThreadsCount(1);
  }
  if (!(await tf.setBackend(name))) throw new Error(`TF.js has no backend ${name} here`);
  await tf.ready();
}

async function main() {
  await useBackend(request.backend);
  const idle = process.memoryUsage().rss, began = performance.now();
  const model = await loadGraphModel(handler(read, sha256));
  const load = performance.now() - began;
  const inputs = request.inputs.map(({file, shape}) => input(readFileSync(file), shape));
  const {outputs, shapes} = await runAll(tf, model, inputs, request.batch);
  outputs.forEach((bytes, i) => {
    writeFileSync(request.outputs[i] ?? `${request.outputs[0]}.${i}`, bytes);
  });
  const call = once(tf, model, inputs);
  const times = await measure(call, request.latency);
  const memory = Math.max(0, process.resourceUsage().maxRSS * 1024 - idle);
  const operators = request.profile ? await profile(tf, call) : [];
  writeFileSync(request.result, JSON.stringify({
    backend: tf.getBackend(), names: model.outputs.map((o) => o.name), shapes, times, load, memory, operators,
  }));
}

main().catch((error) => {
  console.error(`Error: ${String(error?.message ?? error).split('\n')[0]}`);
  process.exitCode = 1;
});
