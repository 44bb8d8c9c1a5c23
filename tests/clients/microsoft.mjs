// Drives the server with Microsoft's protocol library as an editor would, and writes down what it shows.
//
// In the environment: FILE, a file or a notebook to open; MODE, `quickfix` (the preferred quick fix of every
// finding) or `fixall`; PULLS, `yes` where the editor asks for diagnostics; REPORT, the file to write.
// A notebook is opened cell by cell; a file is a program of one text.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../editors/vscode/package.json', import.meta.url));
const protocol = require('vscode-languageserver-protocol/node');
const { TextDocument } = require('vscode-languageserver-textdocument');

const { FILE, MODE, PULLS, REPORT } = process.env;
const pulls = PULLS === 'yes';
const isNotebook = FILE.endsWith('.ipynb');
const uri = pathToFileURL(FILE).href;

const server = spawn('smelllint', ['server'], { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = protocol.createProtocolConnection(
  new protocol.StreamMessageReader(server.stdout),
  new protocol.StreamMessageWriter(server.stdin),
);

// What the server pushed, by URI and version.
const pushed = new Map();
let news = () => {};
connection.onNotification(protocol.PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) => {
  pushed.set(`${uri} ${version}`, diagnostics);
  news();
});
const messages = [];
connection.onNotification(protocol.ShowMessageNotification.type, ({ message }) => messages.push(message));
connection.listen();

async function initialize() {
  const folder = dirname(FILE);
  const documents = {
    ...(pulls ? { diagnostic: {} } : {}),
    codeAction: { resolveSupport: { properties: ['edit'] } },
  };
  const notebooks = { synchronization: {} };
  const { capabilities } = await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'project' }],
    capabilities: {
      textDocument: documents,
      notebookDocument: notebooks,
      workspace: { workspaceEdit: { documentChanges: true } },
    },
  });
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  if (!capabilities.codeActionProvider || !capabilities.notebookDocumentSync) {
    throw new Error(`the server lacks what it should have: ${JSON.stringify(capabilities)}`);
  }
}

// The texts that are open: of a notebook, one for each cell.
let texts = [];

async function open() {
  if (isNotebook) return openNotebook(JSON.parse(readFileSync(FILE, 'utf8')).cells);
  texts = [TextDocument.create(uri, 'python', 1, readFileSync(FILE, 'utf8'))];
  await connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, { textDocument: item(texts[0]) });
}

async function openNotebook(cells) {
  texts = cells.map(({ cell_type, source }, number) => {
    const language = cell_type === 'code' ? 'python' : 'markdown';
    return TextDocument.create(`vscode-notebook-cell:${FILE}#${number}`, language, 1, source.join(''));
  });
  const kinds = cells.map(({ cell_type }) => (cell_type === 'code' ? 2 : 1));
  await connection.sendNotification(protocol.DidOpenNotebookDocumentNotification.type, {
    notebookDocument: {
      uri,
      notebookType: 'jupyter-notebook',
      version: 1,
      cells: texts.map((text, number) => ({ kind: kinds[number], document: text.uri })),
    },
    cellTextDocuments: texts.map(item),
  });
}

function item(text) {
  return { uri: text.uri, languageId: text.languageId, version: text.version, text: text.getText() };
}

async function change(text, edits) {
  const version = text.version + 1;
  const contentChanges = [{ text: TextDocument.applyEdits(text, edits) }];
  TextDocument.update(text, contentChanges, version);
  const document = { uri: text.uri, version };
  if (!isNotebook) {
    const params = { textDocument: document, contentChanges };
    return connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, params);
  }
  await connection.sendNotification(protocol.DidChangeNotebookDocumentNotification.type, {
    notebookDocument: { uri, version },
    change: { cells: { textContent: [{ document, changes: contentChanges }] } },
  });
}

async function diagnostics(text) {
  if (pulls) {
    const params = { textDocument: { uri: text.uri } };
    return (await connection.sendRequest(protocol.DocumentDiagnosticRequest.type, params)).items;
  }
  const current = () => pushed.get(`${text.uri} ${text.version}`);
  while (current() === undefined) await new Promise((resolve) => (news = resolve));
  return current();
}

// For each text, the rule, line, column and message of each finding: places in characters, from 1.
async function findings() {
  const found = [];
  for (const text of texts) {
    const said = await diagnostics(text);
    found.push(said.map(({ code, range: { start }, message }) => [code, start.line + 1, column(text, start), message]));
  }
  return found;
}

function column(text, { line, character }) {
  const before = text.getText({ start: { line, character: 0 }, end: { line, character } });
  return [...before].length + 1;
}

async function actions(text, range, only) {
  const params = { textDocument: { uri: text.uri }, range, context: { diagnostics: [], only: [only] } };
  return (await connection.sendRequest(protocol.CodeActionRequest.type, params)) ?? [];
}

async function carryOut(edit) {
  for (const { textDocument, edits } of edit.documentChanges) {
    const text = texts.find(({ uri }) => uri === textDocument.uri);
    if (text.version !== textDocument.version) throw new Error(`an edit of another version of ${text.uri}`);
    await change(text, edits);
  }
}

async function mendOne() {
  for (const text of texts) {
    for (const { range } of await diagnostics(text)) {
      const preferred = (await actions(text, range, 'quickfix')).find(({ isPreferred }) => isPreferred);
      if (preferred === undefined) continue;
      await carryOut(preferred.edit);
      return true;
    }
  }
  return false;
}

async function mendAll() {
  const whole = { start: { line: 0, character: 0 }, end: { line: texts[0].lineCount, character: 0 } };
  const kind = isNotebook ? 'notebook.source.fixAll' : 'source.fixAll';
  const [action] = await actions(texts[0], whole, kind);
  await carryOut(action.edit);
}

async function drive() {
  await initialize();
  await open();
  const before = await findings();
  if (MODE === 'fixall') await mendAll();
  else while (await mendOne());
  const after = await findings();
  await connection.sendRequest(protocol.ShutdownRequest.type);
  await connection.sendNotification(protocol.ExitNotification.type);
  return { before, after, messages, texts: texts.map((text) => text.getText()) };
}

const ended = new Promise((resolve) => server.once('exit', resolve));
const report = await drive().catch((error) => ({ mistake: error.stack }));
if (report.mistake) server.kill();
writeFileSync(REPORT, JSON.stringify({ ...report, exitCode: await ended }));
connection.dispose();
