// Runs one TF.js graph model on one backend, as a page or a server would.
//   node run.mjs REQUEST.json
// The request names the model, the install folder, the backend and raw
// little-endian input files; outputs and timings are written beside it.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

const BYTES = {float32: 4, int32: 4, bool: 1, float16: 2, uint16: 2, uint8: 1, complex64: 8};

const request = JSON.parse(readFileSync(process.argv[2], 'utf-8'));
const require = createRequire(join(request.install, 'package.json'));
const tf = require('@tensorflow/tfjs-core');
const {loadGraphModel} = require('@tensorflow/tfjs-converter');

function expectedBytes(specs) {
  let total = 0;
  for (const {shape, dtype, quantization} of specs) {
    const bytes = BYTES[quantization ? quantization.dtype : dtype];
    if (bytes === undefined) return null;
    total += bytes * shape.reduce((a, b) => a * b, 1);
  }
  return total;
}

// What tf.io's HTTP handler does, from files, with the checks a download has
// through its Content-Length and a browser through subresource integrity.
function fileHandler(path) {
  return {
    load: async () => {
      const model = JSON.parse(readFileSync(path, 'utf-8'));
      const specs = [], parts = [];
      for (const group of model.weightsManifest) {
        specs.push(...group.weights);
        parts.push(...group.paths.map((name) => readFileSync(join(dirname(path), name))));
      }
      const bytes = Buffer.concat(parts);
      const expected = expectedBytes(specs);
      if (expected !== null && bytes.length !== expected) {
        throw new Error(`the weights have ${bytes.length} bytes, the manifest ${expected}`);
      }
      const digest = model.userDefinedMetadata?.sha256;
      if (digest && createHash('sha256').update(bytes).digest('hex') !== digest) {
        throw new Error('the weights do not have the SHA-256 that model.json states');
      }
      const {modelTopology, signature, userDefinedMetadata, format} = model;
      const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
      return {
        modelTopology, signature, userDefinedMetadata, format, weightSpecs: specs, weightData,
      };
    },
  };
}

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

function readInput({file, shape}) {
  const bytes = readFileSync(file);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return {values, shape, size: shape.slice(1).reduce((a, b) => a * b, 1)};
}

// A batch of the inputs, as the types the model asks for.
function feed(model, inputs, start, count) {
  return Object.fromEntries(model.inputs.map((info, i) => {
    const {values, shape, size} = inputs[i];
    const slice = values.subarray(start * size, (start + count) * size);
    const data = info.dtype === 'float32' ? slice : Int32Array.from(slice);
    return [info.name, tf.tensor(data, [count, ...shape.slice(1)], info.dtype)];
  }));
}

async function predict(model, tensors) {
  const result = model.execute(tensors, model.outputs.map((o) => o.name));
  const list = Array.isArray(result) ? result : [result];
  const data = await Promise.all(list.map((t) => t.data()));
  const shapes = list.map((t) => t.shape);
  tf.dispose([list, tensors]);
  return {data, shapes};
}

async function runAll(model, inputs, count) {
  const parts = model.outputs.map(() => []);
  let shapes = [];
  for (let start = 0; start < count; start += request.batch) {
    const size = Math.min(request.batch, count - start);
    const result = await predict(model, feed(model, inputs, start, size));
    result.data.forEach((values, i) => parts[i].push(Float32Array.from(values)));
    result.shapes.forEach((shape, i) => {
      if (shape[0] !== size) throw new Error(`a batch of ${size} gave the shape [${shape}]`);
    });
    shapes = result.shapes.map((shape) => shape.slice(1));
  }
  return {parts, shapes};
}

// Single examples, warm: the caller's latency, copying in and out included.
async function measure(model, inputs, {calls, warmup, seconds}) {
  const end = performance.now() + seconds * 1000;
  const times = [];
  for (let i = -warmup; i < calls && (times.length < 3 || performance.now() < end); i++) {
    const start = performance.now();
    await predict(model, feed(model, inputs, 0, 1));
    if (i >= 0) times.push(performance.now() - start);
  }
  return times;
}

async function main() {
  await useBackend(request.backend);
  const model = await loadGraphModel(fileHandler(request.model));
  const inputs = request.inputs.map(readInput);
  if (model.inputs.length !== inputs.length) {
    throw new Error(`the model has ${model.inputs.length} inputs, not ${inputs.length}`);
  }
  const {parts, shapes} = await runAll(model, inputs, request.inputs[0].shape[0]);
  parts.forEach((list, i) => {
    const chunks = list.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength));
    writeFileSync(request.outputs[i] ?? `${request.outputs[0]}.${i}`, Buffer.concat(chunks));
  });
  const times = await measure(model, inputs, request.latency);
  writeFileSync(request.result, JSON.stringify({
    backend: tf.getBackend(), names: model.outputs.map((o) => o.name), shapes, times,
  }));
}

main().catch((error) => {
  console.error(`Error: ${String(error?.message ?? error).split('\n')[0]}`);
  process.exitCode = 1;
});
