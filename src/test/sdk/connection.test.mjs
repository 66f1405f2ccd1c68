/** Tokens, closes and reconnects as the official SDK sees them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { client, connected, next, subscribed, token } from './clients.mjs';
import { Door, MillipedeNode } from './node.mjs';

const options = { timeout: 60_000 };
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let node;
before(async () => { node = await MillipedeNode.start(); });
after(() => node?.stop());

test('a token that expires soon is refreshed in band, and the connection stays', options, async (t) => {
  let asked = 0;
  const ann = client(t, node.url, 'ann', { getToken: async () => token('ann', ++asked < 3 ? 2 : 60) });
  const losses = [];
  ann.on('connecting', (context) => losses.push(context));
  ann.on('disconnected', (context) => losses.push(context));
  const errors = [];
  ann.on('error', ({ error }) => errors.push(error));
  const { client: id } = await connected(ann);
  losses.length = 0;
  const room = await subscribed(ann, 'room:refresh');
  while (asked < 3) await later(50);
  await later(1_000);
  const arrives = next(room, 'publication');
  await room.publish('after two refreshes');
  assert.equal((await arrives).info.client, id);
  assert.deepEqual(losses, []);
  assert.deepEqual(errors, []);
  assert.equal(asked, 3);
});

test('an expired token answers 109, and the SDK comes back with a fresh one', options, async (t) => {
  const ann = client(t, node.url, 'ann', { token: token('ann', -60) });
  const errors = [];
  ann.on('error', ({ error }) => errors.push(error.code));
  await connected(ann);
  assert.deepEqual(errors, [109]);
  await subscribed(ann, 'room:fresh');
});

test('a token with another signature ends with 3500 and is not tried again', options, async (t) => {
  const eve = client(t, node.url, 'eve', { getToken: async () => token('eve', 60, 'another secret, not the one of the node') });
  const ended = next(eve, 'disconnected');
  eve.connect();
  assert.deepEqual(await ended, { code: 3500, reason: 'invalid token' });
});

test('without a token nobody is let in', options, async (t) => {
  const nobody = client(t, node.url, '', { getToken: null });
  const ended = next(nobody, 'disconnected');
  nobody.connect();
  assert.equal((await ended).code, 3500);
});

test('a message larger than the node takes ends the connection for good', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const room = await subscribed(ann, 'room:big');
  const arrives = next(room, 'publication');
  await room.publish('x'.repeat(60_000));
  assert.equal((await arrives).data.length, 60_000);
  const ended = next(ann, 'disconnected');
  await assert.rejects(room.publish('x'.repeat(4_000_000)));
  assert.deepEqual(await ended, { code: 3, reason: 'message size limit exceeded' });
});

test('an asynchronous message, which nobody would hear, ends with 3508', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const ended = next(ann, 'disconnected');
  await ann.send({ hello: 1 });
  assert.equal((await ended).code, 3508);
});

test('a client that disconnects and connects again has its subscriptions again', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  const { client: first } = await connected(ann);
  const room = await subscribed(ann, 'room:again');
  ann.disconnect();
  const { client: second } = await connected(ann);
  assert.notEqual(second, first);
  await room.ready();
  const arrives = next(room, 'publication');
  await room.publish('again');
  assert.equal((await arrives).info.client, second);
});

test('pings are answered, and an idle connection stays', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  const losses = [];
  ann.on('connecting', (context) => losses.push(context));
  await connected(ann);
  losses.length = 0;
  await later(5_500); // two pings of 2 s and the 1 s in which an answer is due
  assert.equal(ann.state, 'connected');
  assert.deepEqual(losses, []);
});

test('when the node is replaced the SDK reconnects, subscribes again and receives again', options, async (t) => {
  const door = new Door();
  door.node = await MillipedeNode.start();
  t.after(() => { door.close(); return door.node.stop(); });
  await door.open();
  const ann = client(t, door.url, 'ann');
  await connected(ann);
  const room = await subscribed(ann, 'room:restart');

  const lost = next(ann, 'connecting');
  const back = next(ann, 'connected');
  const again = next(room, 'subscribed');
  await door.node.stop();
  assert.deepEqual(await lost, { code: 3001, reason: 'shutdown' });
  door.node = await MillipedeNode.start();
  await Promise.all([back, again]);
  const inRoom = next(room, 'publication');
  const personal = next(ann, 'publication', ({ channel }) => channel === 'user:ann');
  await door.node.api('broadcast', { channels: ['room:restart', 'user:ann'], data: 'back' });
  assert.equal((await inRoom).data, 'back');
  assert.equal((await personal).data, 'back');
});
