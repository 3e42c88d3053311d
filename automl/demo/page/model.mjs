// The exported model: loaded once, asked one example at a time.

/** Loads TF.js and the model; returns what asks it. */
export async function load(settings) {
  const tf = globalThis.tf;
  if (!tf?.loadGraphModel) throw new Error("TF.js did not load.");
  const backend = await start(tf);
  const model = await tf.loadGraphModel("model/model.json");
  const names = model.outputs.map((output) => output.name);
  const [input] = model.inputs;

  async function ask(values) {
    const begin = performance.now();
    const data = input.dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
    const tensor = tf.tensor(data, [1, ...settings.shape], input.dtype);
    const results = [model.execute({ [input.name]: tensor }, names)].flat();
    const outputs = await results[0].data();
    tf.dispose([tensor, results]);
    return { outputs: Array.from(outputs), took: performance.now() - begin };
  }
  return { ask, backend, release: () => model.dispose() };
}

async function start(tf) {
  if (typeof WebAssembly === "object" && tf.wasm) {
    tf.wasm.setWasmPaths(new URL("runtime/", document.baseURI).href);
    try {
      if (await tf.setBackend("wasm")) return "wasm";
    } catch {
      // Slower, and the same numbers: the plain backend.
    }
  }
  await script("runtime/tf-backend-cpu.min.js");
  if (!(await tf.setBackend("cpu"))) throw new Error("TF.js cannot run in this browser.");
  return "cpu";
}

function script(path) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = path;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${path} did not load.`));
    document.head.append(element);
  });
}
