/** What the official SDK makes of a node whose Redis is away. The Java test that runs this starts, kills and restarts it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, connected, next, token } from './clients.mjs';

const { NODE_URL, NODE_SECRET } = process.env;
const INTERNAL = 100;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test('who comes while Redis is away tries on; who is there stays', { timeout: 60_000 }, async (t) => {
  const ann = client(t, NODE_URL, 'ann', { getToken: async () => token('ann', undefined, NODE_SECRET) });
  const errors = [];
  const losses = [];
  ann.on('error', ({ type, error }) => errors.push({ type, ...error }));
  ann.on('disconnected', (context) => losses.push(context));
  const room = ann.newSubscription('room:early');
  room.subscribe();

  await connected(ann);
  await room.ready();
  t.diagnostic(`connected after ${errors.length} errors: ${JSON.stringify(errors[0])}`);
  assert.ok(errors.length >= 2);
  for (const { type, code, temporary } of errors) {
    assert.deepEqual({ type, code, temporary }, { type: 'connect', code: INTERNAL, temporary: true });
  }

  ann.on('connecting', (context) => losses.push(context));
  let refusal;
  while (!refusal) {
    await room.publish('is Redis there?').catch((error) => { refusal = error; });
    await pause(10);
  }
  assert.deepEqual({ code: refusal.code, temporary: refusal.temporary }, { code: INTERNAL, temporary: true });

  const late = ann.newSubscription('room:late', { minResubscribeDelay: 50, maxResubscribeDelay: 500 });
  const refused = [];
  late.on('error', ({ type, error }) => refused.push({ type, ...error }));
  late.on('unsubscribed', (context) => losses.push(context));
  late.subscribe();
  await late.ready();
  t.diagnostic(`subscribed after ${refused.length} errors: ${JSON.stringify(refused[0])}`);
  assert.ok(refused.length >= 2);
  for (const { type, code, temporary } of refused) {
    assert.deepEqual({ type, code, temporary }, { type: 'subscribe', code: INTERNAL, temporary: true });
  }
  for (const each of [room, late]) {
    const heard = next(each, 'publication', ({ data }) => data === 'here again');
    await each.publish('here again');
    await heard;
  }
  assert.deepEqual(losses, []);
});
