// One run of the server with its client, and how it is: starting, running, or failed with a reason.

import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from 'vscode-languageclient/node';
import { findCommand, MissingError, start, type Command, type Running } from './server';
import { SECTION, serverSettings, type Settings } from './settings';

const SHOW_LOG = 'Show log';
const OPEN_SETTINGS = 'Open settings';
const CELLS = 'vscode-notebook-cell';
const SCHEMES = ['file', 'untitled', CELLS];

export class Session implements vscode.Disposable {
  client: LanguageClient | undefined;
  command: Command | undefined;
  private running: Running | undefined;
  private turn: Promise<void> = Promise.resolve();
  private readonly status = vscode.languages.createLanguageStatusItem(SECTION, { language: 'python' });

  constructor(readonly log: vscode.LogOutputChannel) {
    this.status.name = SECTION;
    this.status.command = { title: SHOW_LOG, command: 'smelllint.showLog' };
  }

  // End what runs and start anew; calls that come close together take their turns.
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.end();
      await this.begin();
    });
    return this.turn;
  }

  stop(): Promise<void> {
    this.turn = this.turn.then(() => this.end());
    return this.turn;
  }

  // Tell the server of other settings.
  async tell(settings: Settings): Promise<void> {
    await this.client?.sendNotification(DidChangeConfigurationNotification.type, { settings: { [SECTION]: settings } });
  }

  dispose(): void {
    this.status.dispose();
  }

  private async begin(): Promise<void> {
    this.show('starting', vscode.LanguageStatusSeverity.Information, true);
    try {
      this.command = await findCommand();
      this.log.info(`${this.command.program} ${this.command.arguments.join(' ')}, from ${this.command.source}`);
      this.client = this.newClient(this.command);
      await this.client.start();
      this.show('running', vscode.LanguageStatusSeverity.Information);
    } catch (error) {
      this.fail(error);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.state === State.Running) await client.stop();
    await client?.dispose();
  }

  private newClient(command: Command): LanguageClient {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const serve = async () => {
      this.running = start(command, folder);
      return this.running.process;
    };
    const options: LanguageClientOptions = {
      documentSelector: SCHEMES.map((scheme) => ({ scheme, language: 'python' })),
      initializationOptions: serverSettings(),
      outputChannel: this.log,
      initializationFailedHandler: () => false,
    };
    const client = new LanguageClient(SECTION, SECTION, serve, options);
    const usual = client.createDefaultErrorHandler();
    options.errorHandler = {
      error: (...failure) => usual.error(...failure),
      // A server that cannot even start says why in `fail`; one that dies is started again, but not for ever.
      closed: () =>
        client.state === State.Starting ? { action: CloseAction.DoNotRestart, handled: true } : usual.closed(),
    };
    return client;
  }

  private fail(error: unknown): void {
    const reason = error instanceof MissingError ? error.message : this.running?.lastWords() || String(error);
    this.log.error(reason);
    this.show(reason, vscode.LanguageStatusSeverity.Error);
    void vscode.window.showErrorMessage(`smelllint cannot start. ${reason}`, OPEN_SETTINGS, SHOW_LOG).then((chosen) => {
      if (chosen === SHOW_LOG) this.log.show();
      if (chosen === OPEN_SETTINGS) void vscode.commands.executeCommand('workbench.action.openSettings', SECTION);
    });
  }

  private show(text: string, severity: vscode.LanguageStatusSeverity, busy = false): void {
    Object.assign(this.status, { text: `${SECTION}: ${text}`, severity, busy });
  }
}
