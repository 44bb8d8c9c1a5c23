// What the command palette offers. `smelllint.checkWorkspace` is the server's own: its client registers it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { CodeActionRequest, type CodeAction } from 'vscode-languageclient/node';
import type { Session } from './session';

const FIX_ALL = 'source.fixAll.smelllint';
const NOTEBOOK_FIX_ALL = `notebook.${FIX_ALL}`;

interface Rule {
  name: string;
  title: string;
  url: string;
}

export function registerCommands(session: Session): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand('smelllint.restart', () => session.restart()),
    vscode.commands.registerCommand('smelllint.showLog', () => session.log.show()),
    vscode.commands.registerCommand('smelllint.fixAll', () => fixAll(session)),
    vscode.commands.registerCommand('smelllint.showRule', () => showRule(session)),
  ];
}

// Mend what is safe in the file, or the notebook, that the user looks at.
async function fixAll(session: Session): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  const cell = notebook?.getCells().find(({ document }) => document.languageId === 'python');
  const document = cell?.document ?? vscode.window.activeTextEditor?.document;
  if (session.client === undefined || document === undefined) return;
  const actions = await session.client.sendRequest(CodeActionRequest.type, {
    textDocument: session.client.code2ProtocolConverter.asTextDocumentIdentifier(document),
    range: { start: { line: 0, character: 0 }, end: { line: document.lineCount, character: 0 } },
    context: { diagnostics: [], only: [cell ? NOTEBOOK_FIX_ALL : FIX_ALL] },
  });
  const [action] = (actions ?? []) as CodeAction[];
  if (action?.edit === undefined) {
    void vscode.window.showInformationMessage('smelllint: there is nothing to mend that is safe to mend.');
    return;
  }
  await vscode.workspace.applyEdit(await session.client.protocol2CodeConverter.asWorkspaceEdit(action.edit));
}

// Show the page of the rule that found what is at the cursor; of one that the user picks where there is nothing.
async function showRule(session: Session): Promise<void> {
  const page = pageAtCursor() ?? (await pickedPage(session));
  if (page !== undefined) await vscode.commands.executeCommand('markdown.showPreview', page);
}

function pageAtCursor(): vscode.Uri | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const here = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === 'smelllint' && range.contains(editor.selection.active));
  return typeof here?.code === 'object' ? here.code.target : undefined;
}

async function pickedPage({ command }: Session): Promise<vscode.Uri | undefined> {
  if (command === undefined) return undefined;
  const asked = [...command.arguments, 'rules', '--output-format', 'json'];
  const { stdout } = await promisify(execFile)(command.program, asked, { maxBuffer: 10_000_000 });
  const rules: Rule[] = JSON.parse(stdout);
  const items = rules.map(({ name, title, url }) => ({ label: name, detail: title, url }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'A rule', matchOnDetail: true });
  return picked && vscode.Uri.parse(picked.url);
}
