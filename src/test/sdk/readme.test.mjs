/** The lines of Node in the README, run as printed but for the port. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { client, connected, subscribed } from './clients.mjs';
import { MillipedeNode } from './node.mjs';

test('the lines in the README print what they publish and what others say', { timeout: 60_000 }, async (t) => {
  const node = await MillipedeNode.start({ development: true });
  t.after(() => node.stop());
  const printed = await readFile(new URL('readme.mjs', import.meta.url), 'utf8');
  const script = new URL('readme-on-another-port.mjs', import.meta.url);
  await writeFile(script, printed.replaceAll('127.0.0.1:8000', `127.0.0.1:${node.port}`));
  t.after(() => rm(script));

  const example = spawn(process.execPath, [fileURLToPath(script)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => example.kill());
  const lines = createInterface({ input: example.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'node: Hello from Node');

  const anonymous = client(t, node.url, '', { getToken: null });
  await connected(anonymous);
  await (await subscribed(anonymous, 'room:lobby')).publish({ text: 'hello back' });
  assert.equal((await lines.next()).value, 'somebody: hello back');
});
