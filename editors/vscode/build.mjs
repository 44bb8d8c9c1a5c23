// Bundles the extension into dist/, and puts beside it the licences of what the bundle holds.

import { build } from 'esbuild';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  external: ['vscode'],
  metafile: true,
});

const PACKAGE = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const packages = new Set(Object.keys(metafile.inputs).map((path) => PACKAGE.exec(path)?.[1]));
packages.delete(undefined);
const notices = [...packages].sort().map(async (name) => {
  const folder = join('node_modules', name);
  const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (licence === undefined) throw new Error(`${name} comes without a licence`);
  return `${name}\n\n${await readFile(join(folder, licence), 'utf8')}`;
});
await writeFile('dist/third-party-licenses.txt', (await Promise.all(notices)).join(`\n${'-'.repeat(80)}\n`));
await copyFile('../../LICENSE', 'LICENSE');
