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

// The library's client, less its message on a server that cannot start: `fail` has a better one.
class Client extends LanguageClient {
  override error(message: string, data?: unknown, show?: boolean | 'force'): void {
    super.error(message, data, this.state === State.Running && show);
  }
}

export class Session implements vscode.Disposable {
  client: LanguageClient | undefined;
  command: Command | undefined;
  running: Running | undefined;
  private turn: Promise<void> = Promise.resolve();
  private readonly status = vscode.languages.createLanguageStatusItem(SECTION, { language: 'python' });

  constructor(readonly log: vscode.LogOutputChannel) {
    this.status.name = SECTION;
    this.status.command = { title: SHOW_LOG, command: 'smelllint.showLog' };
  }

  // End what runs and start anew.
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
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
      await this.fail(error);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.state === State.Starting) await client.start(); // again, after its server has died
    if (client?.state === State.Running) await client.dispose();
  }

  // Calls that come close together wait for each other; one that fails keeps no other from its turn.
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
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
    const client = new Client(SECTION, SECTION, serve, options);
    const usual = client.createDefaultErrorHandler();
    options.errorHandler = {
      error: (...failure) => usual.error(...failure),
      // A server that dies is started again, but not for ever; one that cannot even start says why in `fail`.
      closed: () =>
        client.state === State.Running ? usual.closed() : { action: CloseAction.DoNotRestart, handled: true },
    };
    return client;
  }

  private async fail(error: unknown): Promise<void> {
    const reason = error instanceof MissingError ? error.message : (await this.running?.lastWords()) || String(error);
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
