// Starts `dockls serve` for Dockerfiles and hands everything else to vscode-languageclient.
'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;
/** @type {vscode.OutputChannel} */
let log;
/** Starts and stops wait for each other. @type {Promise<void>} */
let turn = Promise.resolve();

function activate(context) {
  log = vscode.window.createOutputChannel('dockls');
  context.subscriptions.push(
    log,
    vscode.commands.registerCommand('dockls.restart', restart),
    vscode.commands.registerCommand('dockls.showLog', () => log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('dockls.path') && restart()),
  );
  return restart();
}

function deactivate() {
  return queued(stop);
}

function restart() {
  return queued(async () => {
    await stop();
    await start();
  });
}

function queued(work) {
  turn = turn.then(work, work);
  return turn;
}

async function start() {
  const settings = vscode.workspace.getConfiguration('dockls');
  const command = settings.get('path') || 'dockls';
  client = new LanguageClient(
    'dockls',
    'dockls',
    { command, args: ['serve'] },
    {
      documentSelector: [
        { scheme: 'file', language: 'dockerfile' },
        { scheme: 'untitled', language: 'dockerfile' },
      ],
      outputChannel: log,
      // The server asks for them as well, but the first diagnostics would not wait for the answer.
      initializationOptions: JSON.parse(JSON.stringify(settings)),
    },
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    log.appendLine(`${command} serve: ${error}`);
    const open = 'Open Settings';
    vscode.window
      .showErrorMessage(`The program ${command} cannot be started. Install dockls, or say where it is.`, open)
      .then((chosen) => chosen && vscode.commands.executeCommand('workbench.action.openSettings', 'dockls.path'));
  }
}

async function stop() {
  const stopped = client;
  client = undefined;
  if (stopped) {
    await stopped.stop().catch((error) => log.appendLine(String(error)));
  }
}

module.exports = { activate, deactivate };
