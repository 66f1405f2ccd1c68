/** Subscriptions and publications as the official SDK sees them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { client, connected, next, subscribed, token } from './clients.mjs';
import { MillipedeNode } from './node.mjs';

const options = { timeout: 60_000 };
let node;
before(async () => { node = await MillipedeNode.start(); });
after(() => node?.stop());

test('connecting subscribes to the own channel and broadcast, which carry what the API publishes', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  const channels = new Set();
  ann.on('subscribed', ({ channel }) => channels.add(channel));
  await connected(ann);
  assert.deepEqual([...channels].sort(), ['broadcast', 'user:ann']);

  const personal = next(ann, 'publication', ({ channel }) => channel === 'user:ann');
  const general = next(ann, 'publication', ({ channel }) => channel === 'broadcast');
  await node.api('publish', { channel: 'user:ann', data: { text: 'only ann' } });
  await node.api('publish', { channel: 'broadcast', data: { text: 'everybody' } });
  assert.deepEqual((await personal).data, { text: 'only ann' });
  assert.deepEqual((await general).data, { text: 'everybody' });
  assert.equal((await general).info, undefined);
});

test('a publication reaches every subscriber, with who sent it', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  const bob = client(t, node.url, 'bob');
  const { client: annsId } = await connected(ann);
  await connected(bob);
  const anns = await subscribed(ann, 'room:one');
  const bobs = await subscribed(bob, 'room:one');
  const both = [next(anns, 'publication'), next(bobs, 'publication')];
  const data = { text: 'hé \u{1F41B}', list: [1, 2.5, null], big: 1e21 };
  await anns.publish(data);
  for (const { channel, data: got, info } of await Promise.all(both)) {
    assert.equal(channel, 'room:one');
    assert.deepEqual(got, data);
    assert.deepEqual({ user: info.user, client: info.client }, { user: 'ann', client: annsId });
  }
});

test('after unsubscribe nothing arrives, after subscribing again it does', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  const bob = client(t, node.url, 'bob');
  await Promise.all([connected(ann), connected(bob)]);
  const bobs = await subscribed(bob, 'room:two');
  const anns = await subscribed(ann, 'room:two');
  const heard = [];
  anns.on('publication', ({ data }) => heard.push(data));
  anns.unsubscribe();
  const echoed = next(bobs, 'publication');
  await bobs.publish('missed');
  await echoed;
  anns.subscribe();
  await anns.ready();
  const arrives = next(anns, 'publication');
  await bobs.publish('heard');
  await arrives;
  assert.deepEqual(heard, ['heard']);
});

test('unsubscribing and subscribing in a loop never answers that one is subscribed already', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const room = await subscribed(ann, 'room:loop');
  const errors = [];
  room.on('error', ({ error }) => errors.push(error));
  room.on('unsubscribed', ({ code, reason }) => code !== 0 && errors.push({ code, reason }));
  for (let i = 0; i < 50; i++) {
    room.unsubscribe();
    room.subscribe();
    if (i % 2) await room.ready();
  }
  await room.ready();
  assert.deepEqual(errors, []);
  const arrives = next(room, 'publication');
  await room.publish('still here');
  assert.equal((await arrives).data, 'still here');
});

test('a hundred subscriptions go out in the frame of the connect, and all are confirmed', options, async (t) => {
  const sent = [];
  class Recorder extends WebSocket {
    send(data, ...rest) { sent.push(String(data)); super.send(data, ...rest); }
  }
  const ann = client(t, node.url, 'ann', { websocket: Recorder });
  const rooms = Array.from({ length: 100 }, (_, i) => ann.newSubscription(`room:many-${i}`));
  rooms.forEach((room) => room.subscribe());
  ann.connect();
  await Promise.all(rooms.map((room) => room.ready(10_000)));
  const commands = sent[0].split('\n').map((line) => JSON.parse(line));
  assert.ok(commands[0].connect);
  assert.equal(commands.filter((command) => command.subscribe).length, 100);
  const arrive = rooms.map((room) => next(room, 'publication'));
  const { responses } = await node.api('broadcast', { channels: rooms.map((room) => room.channel), data: 'all' });
  assert.equal(responses.length, 100);
  assert.deepEqual(new Set((await Promise.all(arrive)).map(({ data }) => data)), new Set(['all']));
});

test('what is not permitted, not known or not there yet is refused with its code', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const refusal = async (channel) => {
    const subscription = ann.newSubscription(channel);
    const refused = next(subscription, 'unsubscribed');
    subscription.subscribe();
    return (await refused).code;
  };
  assert.equal(await refusal('user:bob'), 103);
  assert.equal(await refusal('unknown:x'), 102);
  assert.equal(await refusal('nameless'), 102);
  assert.equal(await refusal('room:with space'), 107);
  await assert.rejects(ann.publish('room:elsewhere', 1), { code: 103 });
  await assert.rejects(ann.publish('user:bob', 1), { code: 103 });
  await assert.rejects(ann.publish('broadcast', 1), { code: 103 });
  await assert.rejects(ann.rpc('method', {}), { code: 108 });
  await assert.rejects(ann.history('room:one', { limit: 1 }), { code: 108 });
  await assert.rejects(ann.presence('room:one'), { code: 108 });
  await assert.rejects(ann.presenceStats('room:one'), { code: 108 });
  assert.equal(ann.state, 'connected');
});

test('more channels than a connection may have are refused with 106', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const rooms = Array.from({ length: 128 }, (_, i) => ann.newSubscription(`room:limit-${i}`));
  const codes = Promise.any(rooms.map((room) => next(room, 'unsubscribed')));
  rooms.forEach((room) => room.subscribe());
  assert.equal((await codes).code, 106);
  assert.equal(ann.state, 'connected');
});

test('a private channel is opened by a subscription token, which the SDK renews before it ends', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const channel = '$room:plan';
  let asked = 0;
  const plan = ann.newSubscription(channel, { getToken: async () => token('ann', ++asked < 3 ? 2 : 60, undefined, { channel }) });
  const ended = [];
  plan.on('unsubscribed', (context) => ended.push(context));
  plan.on('subscribing', ({ code }) => ended.push(code));
  plan.subscribe();
  await plan.ready(5_000);
  ended.length = 0;
  while (asked < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  const arrives = next(plan, 'publication');
  await plan.publish('after two renewals');
  assert.equal((await arrives).data, 'after two renewals');
  assert.deepEqual(ended, []);
});

test('a private channel without a good token stays closed', options, async (t) => {
  const ann = client(t, node.url, 'ann');
  await connected(ann);
  const plan = ann.newSubscription('$room:plan', { getToken: async () => token('ann', 60, 'another secret, not the one of the node', { channel: '$room:plan' }) });
  const refused = next(plan, 'unsubscribed');
  plan.subscribe();
  assert.equal((await refused).code, 103);
});
