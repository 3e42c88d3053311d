// Runs a TF.js graph model on examples; the same in Node.js and in a page.
//
// `tf` is TF.js with the backend set; files come through functions of the caller's.

const BYTES = {float32: 4, int32: 4, bool: 1, float16: 2, uint16: 2, uint8: 1, complex64: 8};

function expectedBytes(specs) {
  let total = 0;
  for (const {shape, dtype, quantization} of specs) {
    const bytes = BYTES[quantization ? quantization.dtype : dtype];
    if (bytes === undefined) return null;
    total += bytes * shape.reduce((a, b) => a * b, 1);
  }
  return total;
}

function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// What tf.io's HTTP handler does, with the checks a download has through its
// Content-Length and a browser through subresource integrity.
export function handler(read, sha256) {
  return {
    load: async () => {
      const model = JSON.parse(new TextDecoder().decode(await read(null)));
      const specs = [], parts = [];
      for (const group of model.weightsManifest) {
        specs.push(...group.weights);
        for (const name of group.paths) parts.push(await read(name));
      }
      const bytes = joined(parts);
      const expected = expectedBytes(specs);
      if (expected !== null && bytes.length !== expected) {
        throw new Error(`the weights have ${bytes.length} bytes, the manifest ${expected}`);
      }
      const digest = model.userDefinedMetadata?.sha256;
      if (digest && (await sha256(bytes)) !== digest) {
        throw new Error('the weights do not have the SHA-256 that model.json states');
      }
      const {modelTopology, signature, userDefinedMetadata, format} = model;
      return {
        modelTopology, signature, userDefinedMetadata, format, weightSpecs: specs,
        weightData: bytes.buffer,
      };
    },
  };
}

// Inputs as a model is fed: values of all examples and the shape with their count.
export function input(bytes, shape) {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return {values, shape, size: shape.slice(1).reduce((a, b) => a * b, 1)};
}

// A batch of the inputs, as the types the model asks for.
function feed(tf, model, inputs, start, count) {
  return Object.fromEntries(model.inputs.map((info, i) => {
    const {values, shape, size} = inputs[i];
    const slice = values.subarray(start * size, (start + count) * size);
    const data = info.dtype === 'float32' ? slice : Int32Array.from(slice);
    return [info.name, tf.tensor(data, [count, ...shape.slice(1)], info.dtype)];
  }));
}

async function predict(tf, model, tensors) {
  const result = model.execute(tensors, model.outputs.map((o) => o.name));
  const list = Array.isArray(result) ? result : [result];
  const data = await Promise.all(list.map((t) => t.data()));
  const shapes = list.map((t) => t.shape);
  tf.dispose([list, tensors]);
  return {data, shapes};
}

export async function runAll(tf, model, inputs, batch) {
  if (model.inputs.length !== inputs.length) {
    throw new Error(`the model has ${model.inputs.length} inputs, not ${inputs.length}`);
  }
  const count = inputs[0].shape[0];
  const parts = model.outputs.map(() => []);
  let shapes = [];
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    const result = await predict(tf, model, feed(tf, model, inputs, start, size));
    result.data.forEach((values, i) => parts[i].push(Float32Array.from(values)));
    result.shapes.forEach((shape, i) => {
      if (shape[0] !== size) throw new Error(`a batch of ${size} gave the shape [${shape}]`);
    });
    shapes = result.shapes.map((shape) => shape.slice(1));
  }
  const outputs = parts.map((list) => joined(list.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))));
  return {outputs, shapes};
}

// Single examples, warm: the caller's latency, copying in and out included.
export async function measure(once, {calls, warmup, seconds}) {
  const end = performance.now() + seconds * 1000;
  const times = [];
  for (let i = -warmup; i < calls && (times.length < 3 || performance.now() < end); i++) {
    const start = performance.now();
    await once();
    if (i >= 0) times.push(performance.now() - start);
  }
  return times;
}

export const once = (tf, model, inputs) => () => predict(tf, model, feed(tf, model, inputs, 0, 1));

// What each kernel of a call takes: the median of some calls, by TF.js's own profiler.
export async function profile(tf, call, calls = 15) {
  const found = [];
  for (let i = -2; i < calls; i++) {
    const info = await tf.profile(call);
    if (i < 0) continue;
    // Fused operators are told twice: as an operator, and as the kernel that does it.
    const kernels = info.kernels.filter((kernel) => !kernel.name.endsWith('__op'));
    const times = await Promise.all(kernels.map((kernel) => kernel.kernelTimeMs));
    kernels.forEach((kernel, at) => {
      found[at] ??= {kind: kernel.name, times: []};
      if (Number.isFinite(times[at])) found[at].times.push(times[at]);
    });
  }
  return found.map(({kind, times}, at) => {
    times.sort((a, b) => a - b);
    return [String(at), kind, times.length ? times[Math.floor(times.length / 2)] : 0];
  });
}
