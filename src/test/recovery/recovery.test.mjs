/** The official SDK comes back: to another node, and after a Redis that has lost everything. History is on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { client, connected, next, subscribed } from './clients.mjs';
import { Door, MillipedeNode } from './node.mjs';
import { Redis } from './redis.mjs';

const MISSED = 50;
const MANY = 1_000;

let redis; let nodes; let door;
before(async () => {
  redis = await Redis.start();
  nodes = await Promise.all([1, 2].map(() => MillipedeNode.start({ redis: redis.uri })));
  door = new Door();
  await door.open();
});
after(async () => {
  door?.close();
  await Promise.all((nodes ?? []).map((node) => node.stop()));
  await redis?.stop();
});

/** Whatever an emitter says of publications, from now on. */
function heard(emitter, channel) {
  const list = [];
  emitter.on('publication', (context) => { if (!channel || context.channel === channel) list.push(context); });
  return list;
}

async function until(condition, ms = 20_000) {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

test('who was away gets exactly what was missed, from another node', async (t) => {
  door.node = nodes[0];
  const ann = client(t, door.url, 'ann');
  await connected(ann);
  const room = await subscribed(ann, 'room:missed');
  const personal = heard(ann, 'user:ann');
  const inRoom = heard(room);
  for (const channel of ['room:missed', 'user:ann']) await nodes[0].api('publish', { channel, data: 'before' });
  assert.ok(await until(() => inRoom.length === 1 && personal.length === 1));

  ann.disconnect();
  door.node = nodes[1];
  for (const i of numbers(MISSED)) {
    await nodes[i % 2].api('publish', { channel: 'room:missed', data: i });
    await nodes[i % 2].api('publish', { channel: 'user:ann', data: i });
  }
  const again = next(room, 'subscribed');
  const serverSide = next(ann, 'subscribed', ({ channel }) => channel === 'user:ann');
  await connected(ann);
  for (const context of [await again, await serverSide]) {
    assert.equal(context.wasRecovering, true);
    assert.equal(context.recovered, true);
  }
  await nodes[0].api('publish', { channel: 'room:missed', data: 'after' });
  await nodes[0].api('publish', { channel: 'user:ann', data: 'after' });
  assert.ok(await until(() => inRoom.length >= MISSED + 2 && personal.length >= MISSED + 2));
  for (const list of [inRoom, personal]) {
    assert.deepEqual(list.map(({ data }) => data), ['before', ...numbers(MISSED), 'after']);
    assert.deepEqual(list.map(({ offset }) => offset), numbers(MISSED + 2).map((i) => i + 1));
  }
});

test('who missed more than is kept is told so', async (t) => {
  door.node = nodes[0];
  const bob = client(t, door.url, 'bob');
  await connected(bob);
  const room = await subscribed(bob, 'room:too-many');
  const list = heard(room);
  await nodes[0].api('publish', { channel: 'room:too-many', data: 'before' });
  assert.ok(await until(() => list.length === 1));
  bob.disconnect();
  for (const i of numbers(Number(process.env.MILLIPEDE_NAMESPACES_ROOM_HISTORY_SIZE) + 1)) {
    await nodes[1].api('publish', { channel: 'room:too-many', data: i });
  }
  const again = next(room, 'subscribed');
  await connected(bob);
  const context = await again;
  assert.equal(context.wasRecovering, true);
  assert.equal(context.recovered, false);
  await nodes[1].api('publish', { channel: 'room:too-many', data: 'after' });
  assert.ok(await until(() => list.length === 2));
  assert.deepEqual(list.map(({ data }) => data), ['before', 'after']);
});

test('a client reads history, page by page and backwards', async (t) => {
  const made = client(t, nodes[0].url, 'reader');
  await connected(made);
  const room = await subscribed(made, 'room:read');
  for (const i of numbers(5)) await nodes[1].api('publish', { channel: 'room:read', data: i, tags: { n: `${i}` } });
  const first = await room.history({ limit: 3 });
  assert.deepEqual(first.publications.map(({ data, offset, tags }) => [data, offset, tags.n]),
    [[0, 1, '0'], [1, 2, '1'], [2, 3, '2']]);
  assert.equal(first.offset, 5);
  const rest = await room.history({ limit: -1, since: { offset: 3, epoch: first.epoch } });
  assert.deepEqual(rest.publications.map(({ data }) => data), [3, 4]);
  const back = await room.history({ limit: 2, reverse: true });
  assert.deepEqual(back.publications.map(({ data }) => data), [4, 3]);
  await assert.rejects(room.history({ limit: 1, since: { offset: 1, epoch: 'another' } }), { code: 112 });
});

test('a Redis that comes back empty closes no transport, and all hear again', { timeout: 240_000 }, async (t) => {
  const users = numbers(MANY).map((i) => {
    const name = `many-${i}`;
    const made = client(t, nodes[i % 2].url, name, { timeout: 30_000 });
    return { name, made, list: heard(made), again: [], losses: [] };
  });
  for (let i = 0; i < MANY; i += 50) await Promise.all(users.slice(i, i + 50).map(({ made }) => connected(made)));
  for (const i of numbers(3)) await nodes[0].api('publish', { channel: 'broadcast', data: i });
  await nodes[0].api('broadcast', { channels: users.map(({ name }) => `user:${name}`), data: 'before' });
  assert.ok(await until(() => users.every(({ list }) => list.length === 4)));
  for (const user of users) {
    for (const event of ['connecting', 'disconnected']) user.made.on(event, (context) => user.losses.push({ event, ...context }));
    user.made.on('subscribed', ({ channel }) => user.again.push(channel));
  }

  const from = Date.now();
  await redis.restartEmpty();
  const all = await until(() => users.every(({ again }) => again.length >= 2), 60_000);
  t.diagnostic(`all told of the new position ${Date.now() - from} ms after Redis was killed`);
  assert.ok(all, `${users.filter(({ again }) => again.length >= 2).length} of ${MANY} were told`);

  await nodes[1].api('publish', { channel: 'broadcast', data: 'after' });
  await nodes[1].api('broadcast', { channels: users.map(({ name }) => `user:${name}`), data: 'after' });
  assert.ok(await until(() => users.every(({ list }) => list.length === 6)));
  for (const { name, list, again } of users) {
    assert.deepEqual([...again].sort(), ['broadcast', `user:${name}`]);
    assert.deepEqual(list.slice(4).map(({ channel, data, offset }) => `${channel} ${data} ${offset}`).sort(),
      ['broadcast after 1', `user:${name} after 1`]);
  }
  assert.deepEqual(users.flatMap(({ losses }) => losses), []);
});
