// Writes operators.json from an installed @tensorflow/tfjs-converter:
//   node operators.mjs NODE_MODULES > operators.json
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const root = join(process.argv[2], '@tensorflow', 'tfjs-converter');
const folder = join(root, 'dist', 'operations', 'op_list');
const operators = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
  const {json} = await import(pathToFileURL(join(folder, file)).href);
  for (const {tfOpName, attrs = []} of json) {
    const read = {};
    for (const attr of attrs.filter((a) => !a.notSupported)) {
      for (const name of [attr.tfName, attr.tfDeprecatedName].filter(Boolean)) {
        read[name] = attr.defaultValue ?? null;
      }
    }
    operators[tfOpName] = Object.fromEntries(Object.entries(read).sort());
  }
}
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf-8'));
const lines = Object.keys(operators).sort()
  .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(operators[name])}`);
console.log(`{\n  "version": "${version}",\n  "operators": {\n${lines.join(',\n')}\n  }\n}`);
