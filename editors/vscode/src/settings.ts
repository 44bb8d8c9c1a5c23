// What the user has set, in the server's words: what is not set is left to the project's configuration.

import * as vscode from 'vscode';

export const SECTION = 'smelllint';
const OF_THE_SERVER = [
  'select',
  'extendSelect',
  'ignore',
  'exclude',
  'target',
  'config',
  'workspaceDiagnostics',
  'showSavings',
];

export type Settings = Record<string, unknown>;

export function serverSettings(): Settings {
  const given = vscode.workspace.getConfiguration(SECTION);
  return Object.fromEntries(OF_THE_SERVER.filter((key) => isSet(given, key)).map((key) => [key, given.get(key)]));
}

// The program that the user names; undefined where the extension is to find it.
export function namedPath(): string | undefined {
  return vscode.workspace.getConfiguration(SECTION).get<string>('path') || undefined;
}

function isSet(given: vscode.WorkspaceConfiguration, key: string): boolean {
  const found = given.inspect(key);
  return [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some((value) => value !== undefined);
}
