/** A Redis that stands still while clients of the official SDK subscribe. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { client, connected, next } from './clients.mjs';
import { MillipedeNode } from './node.mjs';

const CLIENTS = 100;
const PAUSE = 15_000;
const AFTERWARDS = 25_000;
const pid = Number(process.env.NODE_REDIS_PID);
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let node;
before(async () => {
  assert.ok(pid > 1, 'NODE_REDIS_PID is the process of the Redis at NODE_REDIS');
  node = await MillipedeNode.start({ redis: process.env.NODE_REDIS });
});
after(async () => {
  process.kill(pid, 'SIGCONT');
  await node?.stop();
});

test('no transport is closed, and all are subscribed soon after it goes on', { timeout: 120_000 }, async (t) => {
  const users = Array.from({ length: CLIENTS }, (_, i) => ({
    made: client(t, node.url, `user-${i}`), room: `room:${i}`, losses: [],
  }));
  await Promise.all(users.map(({ made }) => connected(made)));
  for (const user of users) {
    for (const event of ['connecting', 'disconnected']) {
      user.made.on(event, (context) => user.losses.push({ event, ...context }));
    }
  }

  process.kill(pid, 'SIGSTOP');
  const paused = Date.now();
  // Half of them at once, the others one by one until shortly before it goes on.
  const subscribed = users.map(async (user, i) => {
    await later(Math.max(0, (i - CLIENTS / 2) / (CLIENTS / 2)) * (PAUSE - 1_000));
    user.subscription = user.made.newSubscription(user.room);
    const done = next(user.subscription, 'subscribed');
    user.subscription.subscribe();
    await done;
    return Date.now();
  });
  await later(PAUSE - (Date.now() - paused));
  assert.equal(users.filter(({ subscription }) => subscription?.state === 'subscribed').length, 0, 'Redis did stand still');
  process.kill(pid, 'SIGCONT');
  const resumed = Date.now();

  const times = await Promise.all(subscribed);
  const slowest = Math.max(...times) - resumed;
  t.diagnostic(`all subscribed ${slowest} ms after Redis went on`);
  assert.ok(slowest < AFTERWARDS, `the last was subscribed after ${slowest} ms`);
  const heard = users.map(({ subscription }) => next(subscription, 'publication'));
  await Promise.all(users.map(({ room }, i) => node.api('publish', { channel: room, data: i })));
  assert.deepEqual((await Promise.all(heard)).map(({ data }) => data), users.map((_, i) => i));
  assert.deepEqual(users.flatMap(({ losses }) => losses), []);
});
