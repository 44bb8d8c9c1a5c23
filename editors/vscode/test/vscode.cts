// As much of the module `vscode` as the extension and its client touch, without a screen: documents that can be
// opened and edited, settings, diagnostics, providers and commands that a test can look at. What tests hold and
// set is under `desk`. The protocol, the client library and the server are the real ones.

const { TextDocument: Text } = require('vscode-languageserver-textdocument');
const { URI } = require('vscode-uri');

type Any = any;

class Emitter {
  listeners = new Set<Any>();
  event = (listener: Any, self?: Any) => {
    const bound = self ? listener.bind(self) : listener;
    this.listeners.add(bound);
    return new Disposable(() => this.listeners.delete(bound));
  };
  fire = (event: Any) => [...this.listeners].map((listener) => listener(event));
  dispose() {
    this.listeners.clear();
  }
}

class Disposable {
  static from = (...all: Any[]) => new Disposable(() => all.forEach((one) => one.dispose()));
  constructor(readonly dispose: () => void) {}
}

class Position {
  constructor(readonly line: number, readonly character: number) {}
  isBeforeOrEqual = (other: Position) =>
    this.line < other.line || (this.line === other.line && this.character <= other.character);
}

class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(...places: Any[]) {
    const [start, end] =
      places.length === 4
        ? [new Position(places[0], places[1]), new Position(places[2], places[3])]
        : places;
    this.start = start;
    this.end = end;
  }
  contains = (place: Position) => this.start.isBeforeOrEqual(place) && place.isBeforeOrEqual(this.end);
}

class CancellationTokenSource {
  emitter = new Emitter();
  token = { isCancellationRequested: false, onCancellationRequested: this.emitter.event };
  cancel() {
    this.token.isCancellationRequested = true;
    this.emitter.fire(undefined);
  }
  dispose() {}
}

class CodeActionKind {
  static Empty = new CodeActionKind('');
  static QuickFix = new CodeActionKind('quickfix');
  static Source = new CodeActionKind('source');
  constructor(readonly value: string) {}
  append = (part: string) => new CodeActionKind(this.value ? `${this.value}.${part}` : part);
}

class CodeAction {
  constructor(readonly title: string, readonly kind: CodeActionKind) {}
}

class Diagnostic {
  source = '';
  code: Any;
  constructor(readonly range: Range, readonly message: string, readonly severity: number) {}
}

class TextEdit {
  constructor(readonly range: Range, readonly newText: string) {}
}

class WorkspaceEdit {
  changes = new Map<string, TextEdit[]>();
  set(uri: Any, edits: Any[]) {
    this.changes.set(uri.toString(), edits.map((edit) => (Array.isArray(edit) ? edit[0] : edit)));
  }
  entries = () => [...this.changes];
}

class TabInput {
  constructor(readonly uri: Any) {}
}
class TabInputText extends TabInput {}
class TabInputNotebook extends TabInput {}

const emitters = new Map<string, Emitter>();
const emitter = (name: string): Emitter => emitters.get(name) ?? emitters.set(name, new Emitter()).get(name)!;

// -- what tests hold ------------------------------------------------------------------------------------------

const desk = {
  settings: new Map<string, Any>(),
  messages: [] as string[],
  log: [] as string[],
  executed: [] as Any[][],
  commands: new Map<string, (...words: Any[]) => Any>(),
  collections: [] as Map<string, Diagnostic[]>[],
  providers: new Map<string, Any>(), // CodeActions, Hover, ...: what serves them now
  status: {} as Any,
  extensions: new Map<string, Any>(),
  pick: (items: Any[]): Any => items[0],
  open(path: string, text: string) {
    const document = newDocument(URI.file(path), 'python', text);
    show(new TabInputText(document.uri), document);
    emitter('onDidOpenTextDocument').fire(document);
    return document;
  },
  openNotebook(path: string, cells: Any[]) {
    const uri = URI.file(path);
    const notebook: Any = { uri, notebookType: 'jupyter-notebook', version: 1, metadata: {}, isClosed: false };
    const made = cells.map(({ cell_type, source }, index) => {
      const name = URI.from({ scheme: 'vscode-notebook-cell', path, fragment: `cell${index}` });
      const code = cell_type === 'code';
      const document = newDocument(name, code ? 'python' : 'markdown', source.join(''), notebook);
      return { index, notebook, kind: code ? 2 : 1, document, metadata: {}, outputs: [] };
    });
    notebook.getCells = () => made;
    notebook.cellCount = made.length;
    workspace.notebookDocuments.push(notebook);
    window.activeNotebookEditor = { notebook };
    show(new TabInputNotebook(uri), undefined);
    for (const { document } of made) emitter('onDidOpenTextDocument').fire(document);
    emitter('onDidOpenNotebookDocument').fire(notebook);
    return notebook;
  },
  set(key: string, value: Any) {
    desk.settings.set(key, value);
    emitter('onDidChangeConfiguration').fire({ affectsConfiguration: (one: string) => key.startsWith(one) });
  },
  diagnostics: (uri: Any): Diagnostic[] => desk.collections.flatMap((one) => one.get(uri.toString()) ?? []),
};

function newDocument(uri: Any, languageId: string, content: string, notebook?: Any) {
  const text = Text.create(uri.toString(), languageId, 1, content);
  const document: Any = {
    uri, languageId, notebook, text, fileName: uri.fsPath, isClosed: false, isDirty: false, isUntitled: false, eol: 1,
    getText: (range?: Range) => text.getText(range),
    offsetAt: (place: Position) => text.offsetAt(place),
  };
  Object.defineProperty(document, 'version', { get: () => text.version });
  Object.defineProperty(document, 'lineCount', { get: () => text.lineCount });
  workspace.textDocuments.push(document);
  return document;
}

function show(input: TabInput, document: Any) {
  window.tabGroups.all[0].tabs.push({ input });
  window.activeTextEditor = document && { document, selection: { active: new Position(0, 0) } };
  emitter('onDidChangeTabs').fire({ opened: [{ input }], closed: [], changed: [] });
}

function edit(document: Any, edits: TextEdit[]) {
  const contentChanges = edits.map(({ range, newText }) => ({
    range,
    rangeOffset: document.offsetAt(range.start),
    rangeLength: document.offsetAt(range.end) - document.offsetAt(range.start),
    text: newText,
  }));
  // As VS Code tells them: from the end on, so that no change moves another.
  contentChanges.sort((one, other) => other.rangeOffset - one.rangeOffset);
  Text.update(document.text, contentChanges, document.version + 1);
  emitter('onDidChangeTextDocument').fire({ document, contentChanges });
  if (document.notebook === undefined) return;
  document.notebook.version += 1;
  const cell = document.notebook.getCells().find((one: Any) => one.document === document);
  const cellChanges = [{ cell, document, metadata: undefined, outputs: undefined, executionSummary: undefined }];
  emitter('onDidChangeNotebookDocument').fire({ notebook: document.notebook, contentChanges: [], cellChanges });
}

// -- the module -------------------------------------------------------------------------------------------------

const workspace: Any = withEvents({
  textDocuments: [] as Any[],
  notebookDocuments: [] as Any[],
  workspaceFolders: [] as Any[],
  getWorkspaceFolder: () => workspace.workspaceFolders[0],
  getConfiguration: (section?: string) => ({
    get: (key: string, otherwise?: Any) => desk.settings.get(`${section}.${key}`) ?? otherwise,
    inspect: (key: string) => ({ globalValue: desk.settings.get(`${section}.${key}`) }),
  }),
  createFileSystemWatcher: () => withEvents({ dispose() {} }),
  async applyEdit(change: WorkspaceEdit) {
    for (const [uri, edits] of change.entries()) {
      edit(workspace.textDocuments.find((one: Any) => one.uri.toString() === uri), edits);
    }
    return true;
  },
});

const said = (message: string) => {
  desk.messages.push(message);
  return Promise.resolve(undefined);
};
const logged = (message: Any) => desk.log.push(String(message));

const window: Any = withEvents({
  tabGroups: withEvents({ all: [{ tabs: [] as Any[] }] }),
  visibleTextEditors: [],
  showErrorMessage: said,
  showWarningMessage: said,
  showInformationMessage: said,
  showQuickPick: async (items: Any[]) => desk.pick(items),
  createOutputChannel: () =>
    withEvents({
      logLevel: 3, info: logged, error: logged, warn: logged, debug: logged, trace: logged, append: logged,
      appendLine: logged, show: () => desk.executed.push(['log']), dispose() {},
    }),
  withProgress: (_: Any, task: Any) => task({ report() {} }, new CancellationTokenSource().token),
});

const commands = {
  registerCommand(name: string, run: Any) {
    desk.commands.set(name, run);
    return new Disposable(() => desk.commands.delete(name));
  },
  executeCommand: async (...words: Any[]) => void desk.executed.push(words),
};

const languages: Any = withProviders({
  match: (selector: Any, document: Any) => ([selector].flat().some((filter) => matches(filter, document)) ? 10 : 0),
  createDiagnosticCollection() {
    const held = new Map<string, Diagnostic[]>();
    desk.collections.push(held);
    return {
      set: (uri: Any, found: Diagnostic[]) => held.set(uri.toString(), found ?? []),
      delete: (uri: Any) => held.delete(uri.toString()),
      clear: () => held.clear(),
      has: (uri: Any) => held.has(uri.toString()),
      dispose: () => held.clear(),
    };
  },
  getDiagnostics: desk.diagnostics,
  createLanguageStatusItem: () => Object.assign(desk.status, { dispose() {} }),
});

function matches(filter: Any, document: Any): boolean {
  if (typeof filter === 'string') return filter === document.languageId;
  const type = typeof filter.notebook === 'object' ? filter.notebook.notebookType : filter.notebook;
  return (
    (filter.language === undefined || filter.language === document.languageId) &&
    (filter.scheme === undefined || filter.scheme === document.uri.scheme) &&
    (type === undefined || type === '*' || type === document.notebook?.notebookType)
  );
}

// `onDidX` and `onWillX` are events; nothing happens to those that no test fires.
function withEvents<T extends object>(given: T): T {
  const get = (own: Any, key: string) => own[key] ?? (/^on(Did|Will)/.test(key) ? emitter(key).event : undefined);
  return new Proxy(given, { get }) as T;
}

// `registerXProvider` keeps the provider of X for the test.
function withProviders<T extends object>(given: T): T {
  const register = (name: string) => (_: Any, provider: Any) => {
    desk.providers.set(name, provider);
    return new Disposable(() => desk.providers.delete(name));
  };
  const get = (own: Any, key: string) => own[key] ?? register(/^register(\w+)Provider$/.exec(key)![1]!);
  return new Proxy(given, { get }) as T;
}

class InlayHint {
  constructor(readonly position: Position, readonly label: string) {}
}

// Classes of features that the server lacks are named by its client, and never made.
const named: Any = {
  desk, workspace, window, commands, languages, Uri: URI, EventEmitter: Emitter, Disposable, Position, Range,
  CancellationTokenSource, CodeAction, CodeActionKind, Diagnostic, TextEdit, WorkspaceEdit, InlayHint, TabInputText,
  TabInputNotebook, version: '1.91.0', env: { appName: 'desk', language: 'en', uriScheme: 'desk' },
  extensions: { getExtension: (name: string) => desk.extensions.get(name) },
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  LanguageStatusSeverity: { Information: 0, Warning: 1, Error: 2 },
  NotebookCellKind: { Markup: 1, Code: 2 },
  ProgressLocation: { Window: 10, Notification: 15 },
  CancellationError: class extends Error {},
  MarkdownString: class { constructor(readonly value: string) {} },
  __esModule: true,
};
module.exports = new Proxy(named, { get: (own, key: string) => own[key] ?? (/^[A-Z]/.test(key) ? class {} : undefined) });
