// The extension on a real server, without an editor: what it shows and mends is what the command line says and
// makes. `smelllint` has to be on PATH.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import * as vscode from 'vscode';
import { activate, deactivate } from '../src/extension';
import type { Session } from '../src/session';

const { desk } = vscode as any;
const FIXTURES = resolve('../../fixtures');
const PATH = process.env.PATH!;
type Finding = [string, number, number, string];

let folder: string;
let subscriptions: vscode.Disposable[];

beforeEach(() => {
  subscriptions = [];
  folder = mkdtempSync(join(tmpdir(), 'smelllint-'));
  cpSync(join(FIXTURES, 'editors/train.py'), join(folder, 'train.py'));
  cpSync(join(FIXTURES, 'notebooks/evaluate.ipynb'), join(folder, 'evaluate.ipynb'));
  vscode.workspace.workspaceFolders!.splice(0, 1, { uri: vscode.Uri.file(folder), name: 'project', index: 0 } as any);
});

afterEach(async () => {
  await deactivate();
  for (const one of subscriptions) one.dispose();
  process.env.PATH = PATH;
  desk.settings.clear();
  desk.extensions.clear();
  for (const list of [desk.messages, desk.log, desk.executed, desk.collections]) list.length = 0;
  for (const list of [vscode.workspace.textDocuments, vscode.workspace.notebookDocuments] as any[]) list.length = 0;
  (vscode.window as any).activeNotebookEditor = undefined;
  rmSync(folder, { recursive: true });
});

test('a file shows what check says, and its preferred quick fixes make what check --fix makes', async () => {
  const expected = check('train.py');
  await started();
  const document = open('train.py');

  assert.deepEqual(await shown(document, expected.length), expected);
  for (let left = expected.length - 1; await mendOne(document); left--) await shown(document, left);

  assert.equal(document.getText(), fixed('train.py'));
});

test('mending all makes what check --fix makes of a file', async () => {
  await started();
  const document = open('train.py');
  await desk.commands.get('smelllint.fixAll')();

  assert.equal(document.getText(), fixed('train.py'));
  assert.deepEqual(await shown(document, check('train.py').length - 2), check('train.py', document.getText()));

  await desk.commands.get('smelllint.fixAll')();
  assert.match(desk.messages.join(), /nothing to mend/);
});

test('a notebook shows what check says of each cell, and mending all mends every cell', async () => {
  await started();
  const content = JSON.parse(original('evaluate.ipynb'));
  const notebook = desk.openNotebook(join(folder, 'evaluate.ipynb'), content.cells);
  for (const [number, { document }] of notebook.getCells().entries()) {
    const expected = check('evaluate.ipynb', undefined, number + 1);
    assert.deepEqual(await shown(document, expected.length), expected);
  }
  await desk.commands.get('smelllint.fixAll')();

  const sources = JSON.parse(fixed('evaluate.ipynb')).cells.map(({ source }: any) => source.join(''));
  assert.deepEqual(notebook.getCells().map(({ document }: any) => document.getText()), sources);
});

test('settings reach the server, at its start and when they change', async () => {
  desk.settings.set('smelllint.select', ['tensor-created-then-moved']);
  await started();
  const document = open('train.py');
  await shown(document, 3);

  desk.set('smelllint.ignore', ['tensor-created-then-moved']);
  desk.set('smelllint.select', ['all']);
  await until('the other settings', () => !rules(document).includes('tensor-created-then-moved') && rules(document).length > 0);
});

test('the page of the rule at the cursor is shown, and of a rule that is picked where there is none', async () => {
  await started();
  const document = open('train.py');
  const [, line] = (await shown(document, check('train.py').length))[0]!;
  const [{ range }] = desk.diagnostics(document.uri).filter((one: any) => one.range.start.line === line - 1);

  vscode.window.activeTextEditor!.selection = { active: range.start } as any;
  await desk.commands.get('smelllint.showRule')();
  vscode.window.activeTextEditor!.selection = { active: new vscode.Position(0, 0) } as any;
  desk.pick = (items: any[]) => items.find(({ label }) => label === 'unbatched-encode');
  await desk.commands.get('smelllint.showRule')();

  const pages = desk.executed.filter(([name]: any) => name === 'markdown.showPreview').map(([, page]: any) => page);
  assert.match(readFileSync(pages[0].fsPath, 'utf8'), new RegExp(`# ${rules(document)[0]}`));
  assert.match(readFileSync(pages[1].fsPath, 'utf8'), /# unbatched-encode/);
});

test('a line says what mending it was measured to save, unless that is not wished', async () => {
  cpSync(resolve('../../rules/unbatched-encode/smelly.py'), join(folder, 'search.py'));
  await started();
  const document = open('search.py');
  const range = new vscode.Range(new vscode.Position(0, 0), new vscode.Position(document.lineCount, 0));
  const hints = () => desk.providers.get('InlayHints').provideInlayHints(document, range, token());

  assert.match((await hints())[0].label, /saves \d+ %/);
  desk.set('smelllint.showSavings', false);
  assert.deepEqual(await hints(), []);
});

test('checking the workspace shows the findings of files that are not open', async () => {
  await started();
  await desk.commands.get('smelllint.checkWorkspace')();

  const uri = vscode.Uri.file(join(folder, 'train.py'));
  await until('findings', () => desk.diagnostics(uri).length === check('train.py').length);
});

test('a missing program is told with what to do, and found once it is named', async () => {
  process.env.PATH = folder;
  await begin();
  assert.match(desk.messages.join(), /smelllint is not on PATH\. Install it there: pip install 'smelllint\[lsp\]'/);
  assert.match(desk.status.text, /not on PATH/);

  process.env.PATH = PATH;
  const program = execFileSync('sh', ['-c', 'command -v smelllint']).toString().trim();
  process.env.PATH = `${folder}:/usr/bin:/bin`;
  desk.set('smelllint.path', program);
  await until('the server', () => desk.status.text === 'smelllint: running');
});

test('a named program that does not run is told by its name', async () => {
  desk.settings.set('smelllint.path', '/nowhere/smelllint');
  await begin();
  assert.match(desk.messages.join(), /`\/nowhere\/smelllint`, which the setting `smelllint.path` names/);
});

test('a smelllint without the extra says what to install', async () => {
  desk.settings.set('smelllint.path', without('pygls'));
  await begin();
  assert.equal(desk.messages.length, 1);
  assert.match(desk.messages[0], /the language server needs `pygls`: pip install 'smelllint\[lsp\]'/);
});

test('a server that dies is started again', async () => {
  const session = await started();
  const first = session.running!.process;
  first.kill('SIGKILL');
  await until('another server', () => session.running!.process !== first);

  await shown(open('train.py'), check('train.py').length);
});

test('the selected Python comes before PATH', async () => {
  const python = execFileSync('python', ['-c', 'import sys; print(sys.executable)']).toString().trim();
  const environments = {
    getActiveEnvironmentPath: () => ({ path: python }),
    resolveEnvironment: async () => ({ executable: { uri: vscode.Uri.file(python) } }),
    onDidChangeActiveEnvironmentPath: () => ({ dispose() {} }),
  };
  desk.extensions.set('ms-python.python', { activate: async () => ({ environments }) });
  await started();

  assert.match(desk.log[0], /python\S* -m smelllint, from the selected Python/);
  await shown(open('train.py'), check('train.py').length);
});

// -- what the tests share ---------------------------------------------------------------------------------------

const begin = (): Promise<Session> => activate({ subscriptions } as any);

async function started(): Promise<Session> {
  const session = await begin();
  assert.equal(desk.status.text, 'smelllint: running', desk.messages.join());
  return session;
}

function open(name: string): any {
  return desk.open(join(folder, name), original(name));
}

// The findings of a document once there are so many, in the words of `check`.
async function shown(document: any, count: number): Promise<Finding[]> {
  await until(`${count} findings`, () => desk.diagnostics(document.uri).length === count);
  return desk
    .diagnostics(document.uri)
    .map(({ code, range: { start }, message }: any): Finding => {
      const before = document.getText(new vscode.Range(new vscode.Position(start.line, 0), start));
      return [code.value ?? code, start.line + 1, [...before].length + 1, message];
    })
    .sort();
}

const token = () => new vscode.CancellationTokenSource().token;

const rules = (document: any): string[] => desk.diagnostics(document.uri).map(({ code }: any) => code.value ?? code).sort();

async function mendOne(document: any): Promise<boolean> {
  for (const { range } of desk.diagnostics(document.uri)) {
    const context = { diagnostics: [], only: vscode.CodeActionKind.QuickFix, triggerKind: 1 };
    const offered = await desk.providers.get('CodeActions').provideCodeActions(document, range, context, token());
    const preferred = offered.find(({ isPreferred }: any) => isPreferred);
    if (preferred !== undefined) return vscode.workspace.applyEdit(preferred.edit);
  }
  return false;
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); ) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}: ${desk.messages} ${desk.log.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// What the command line says of a file of this content, or of a cell.
function check(name: string, content = original(name), cell: number | null = null): Finding[] {
  return (commandLine(name, content).said as any[])
    .filter((one) => one.cell === cell)
    .map(({ rule, location, message }): Finding => [rule, location.row, location.column, message])
    .sort();
}

// What `check --fix` makes of it.
const fixed = (name: string): string => commandLine(name, original(name)).fixed;

const original = (name: string): string => readFileSync(join(folder, name), 'utf8');

const asked = new Map<string, { said: unknown[]; fixed: string }>();

function commandLine(name: string, content: string): { said: unknown[]; fixed: string } {
  const known = asked.get(content);
  if (known !== undefined) return known;
  const copy = mkdtempSync(join(tmpdir(), 'smelllint-'));
  writeFileSync(join(copy, name), content);
  const run = (...words: string[]) => spawnSync('smelllint', ['check', name, '--no-cache', ...words], { cwd: copy });
  const said = JSON.parse(run('--output-format', 'json').stdout.toString());
  run('--fix');
  const answer = { said, fixed: readFileSync(join(copy, name), 'utf8') };
  rmSync(copy, { recursive: true });
  asked.set(content, answer);
  return answer;
}

// A smelllint in whose Python a module cannot be imported.
function without(module: string): string {
  const path = join(folder, 'smelllint');
  const code = `import sys; sys.modules["${module}"] = None; from smelllint.__main__ import main; sys.exit(main())`;
  writeFileSync(path, `#!/bin/sh\nexec python -c '${code}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
