// Runs one .tflite file in LiteRT.js in a page and sends back what it computed.
import {Tensor, loadAndCompile, loadLiteRt} from '@litertjs/core';
import {measure} from './predicting.mjs';

const ARRAYS = {float32: Float32Array, int32: Int32Array};

async function main() {
  const request = await (await fetch('request.json')).json();
  await loadLiteRt(new URL('packages/core/wasm/', document.baseURI).href, {threads: false});
  const content = new Uint8Array(await (await fetch('model')).arrayBuffer());
  const model = await loadAndCompile(content, {accelerator: 'wasm'});
  const [info] = model.getInputDetails();
  const Kind = ARRAYS[info.dtype];
  if (!Kind) throw new Error(`LiteRT.js takes no ${info.dtype} inputs`);
  const values = new Float32Array(await (await fetch('input.f32')).arrayBuffer());
  const [count, ...rest] = request.shape;
  const size = rest.reduce((a, b) => a * b, 1);
  const batch = info.shape[0] > 0 ? info.shape[0] : 1;

  async function predict(start) {
    const data = new Kind(batch * size);
    data.set(Kind.from(values.subarray(start * size, Math.min(count, start + batch) * size)));
    const tensor = new Tensor(data, [batch, ...rest]);
    const results = await model.run(tensor);
    const found = results[0].toTypedArray().slice();
    const {dtype, layout} = results[0].type;
    tensor.delete();
    results.forEach((each) => each.delete());
    return {found, dtype, dimensions: [...layout.dimensions]};
  }
  const parts = [];
  let units = [];
  for (let start = 0; start < count; start += batch) {
    const {found, dtype, dimensions} = await predict(start);
    if (dtype !== 'float32') throw new Error(`LiteRT.js gives ${dtype} outputs`);
    units = dimensions.slice(1);
    const each = units.reduce((a, b) => a * b, 1);
    parts.push(found.subarray(0, Math.min(batch, count - start) * each));
  }
  await fetch('sent/output', {method: 'POST', body: new Blob(parts)});
  const times = await measure(() => predict(0), request.latency);
  return {shapes: [units], times: times.map((time) => time / batch)};
}

main().then((record) => record, (error) => ({error: String(error?.message ?? error).split('\n')[0]}))
  .then((record) => fetch('done', {method: 'POST', body: JSON.stringify(record)}));
