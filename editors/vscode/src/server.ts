// Where the server is: the program of the setting, else the selected Python environment's, else PATH's.

import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { namedPath } from './settings';

export interface Command {
  program: string;
  arguments: string[];
  source: string;
}

// What the user can mend: the message says how.
export class MissingError extends Error {}

const PATIENCE = 30_000; // milliseconds that `--version` may take
const FAREWELL = 10_000; // milliseconds that a server may take to end
const PYTHON = 'ms-python.python';
const INSTALL = "pip install 'smelllint[lsp]'";

// The part of the Python extension's interface that is used here.
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

export async function findCommand(): Promise<Command> {
  const named = namedPath();
  if (named !== undefined) {
    const command = { program: named, arguments: [], source: 'the setting `smelllint.path`' };
    if (await answers(command)) return command;
    throw new MissingError(`\`${named}\`, which the setting \`smelllint.path\` names, is no smelllint that runs.`);
  }
  const python = await selectedPython();
  const candidates: Command[] = [
    ...(python ? [{ program: python, arguments: ['-m', 'smelllint'], source: 'the selected Python' }] : []),
    { program: 'smelllint', arguments: [], source: 'PATH' },
  ];
  for (const command of candidates) if (await answers(command)) return command;
  const where = python ? `neither in the selected Python (${python}) nor on PATH` : 'not on PATH';
  throw new MissingError(`smelllint is ${where}. Install it there: ${INSTALL}`);
}

// Call back whenever the user selects another Python; nothing where there is no Python extension.
export async function onPythonChanged(callback: () => void): Promise<vscode.Disposable> {
  const python = await pythonExtension();
  return python?.environments.onDidChangeActiveEnvironmentPath(callback) ?? new vscode.Disposable(() => undefined);
}

export interface Running {
  process: ChildProcessWithoutNullStreams;
  lastWords: () => Promise<string>; // the last line of its error stream, once it has ended
}

export function start(command: Command, folder: string | undefined): Running {
  const process = spawn(command.program, [...command.arguments, 'server'], { cwd: folder });
  let said = '';
  process.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-10_000)));
  const ended = new Promise((resolve) => process.once('close', resolve).once('error', resolve));
  const lastWords = async () => {
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, FAREWELL))]);
    return said.trim().split('\n').at(-1)!.replace(/^error: /, '');
  };
  return { process, lastWords };
}

async function answers(command: Command): Promise<boolean> {
  try {
    await promisify(execFile)(command.program, [...command.arguments, '--version'], { timeout: PATIENCE });
    return true;
  } catch {
    return false;
  }
}

async function selectedPython(): Promise<string | undefined> {
  const environments = (await pythonExtension())?.environments;
  if (environments === undefined) return undefined;
  const resource = vscode.workspace.workspaceFolders?.[0]?.uri;
  const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(resource));
  return resolved?.executable.uri?.fsPath;
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  return vscode.extensions.getExtension<PythonExtension>(PYTHON)?.activate();
}
