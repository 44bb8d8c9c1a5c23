// The extension: starts the server that `server` finds, tells how it is, and offers the commands.
//
//   settings    what the user has set, in the server's words
//   server      where the server is, and what it says when it cannot start
//   session     one run of the server with its client
//   commands    what the command palette offers

import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { onPythonChanged } from './server';
import { Session } from './session';
import { SECTION, serverSettings } from './settings';

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<Session> {
  const log = vscode.window.createOutputChannel('smelllint', { log: true });
  session = new Session(log);
  context.subscriptions.push(log, session, ...registerCommands(session));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration(`${SECTION}.path`)) await session?.restart();
      else if (event.affectsConfiguration(SECTION)) await session?.tell(serverSettings());
    }),
  );
  context.subscriptions.push(await onPythonChanged(() => session?.restart()));
  await session.restart();
  return session;
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
