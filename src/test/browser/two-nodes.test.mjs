/** The demo page and the official SDK in Chromium, against two nodes that share a Redis. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { MillipedeNode } from './node.mjs';
import { launch, open, openPage, openTab, hasUnread, say, sees } from './pages.mjs';

const SDK = new URL('node_modules/centrifuge/dist/centrifuge.js', import.meta.url).pathname;

const options = { timeout: 60_000 };
const complaints = [];
let nodes = [];
let browser;
before(async () => {
  assert.ok(process.env.NODE_REDIS, 'NODE_REDIS is the address of a Redis');
  nodes = await Promise.all([1, 2].map(() => MillipedeNode.start({ development: true, redis: process.env.NODE_REDIS })));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await Promise.all(nodes.map((node) => node.stop()));
});
beforeEach(() => { complaints.length = 0; });

const tab = (t, node, name) => openTab(t, browser, nodes[node].port, name, complaints);

/** A blank page of a node's origin with a client of the SDK, connected as a user; it keeps what comes in `heard`. */
async function sdk(t, node, user, room) {
  // The page's policy allows no script of the test's.
  const url = `http://127.0.0.1:${nodes[node].port}/style.css`;
  const page = await openPage(t, browser, url, complaints, { bypassCSP: true });
  await page.addScriptTag({ path: SDK });
  await page.evaluate(async ({ user, room }) => {
    const { token } = await (await fetch(`/dev/token?user=${user}`)).json();
    const client = new window.Centrifuge(`ws://${location.host}/connection/websocket`, { token });
    window.heard = [];
    client.on('publication', ({ channel, data, info }) => window.heard.push([channel, data.text, info?.user ?? null]));
    window.room = client.newSubscription(room);
    window.room.on('publication', ({ data, info }) => window.heard.push([room, data.text, info?.user ?? null]));
    window.client = client;
    window.room.subscribe();
    client.connect();
    await window.room.ready(10_000);
  }, { user, room });
  return page;
}

const heard = async (page, count) => {
  await page.waitForFunction((wanted) => window.heard.length >= wanted, count);
  return page.evaluate(() => window.heard);
};

test('tabs on two nodes chat in the lobby, both ways', options, async (t) => {
  const ann = await tab(t, 0, 'ann');
  const bob = await tab(t, 1, 'bob');
  await say(ann, 'Hello from node 1');
  await Promise.all([sees(ann, 'Hello from node 1'), sees(bob, 'Hello from node 1')]);
  await say(bob, 'Hello from node 2');
  await Promise.all([sees(ann, 'Hello from node 2'), sees(bob, 'Hello from node 2')]);
  assert.deepEqual(complaints, []);
});

test('a user on one node writes to a user on the other, and the API of either reaches everybody', options, async (t) => {
  const ann = await tab(t, 0, 'ann');
  const bob = await tab(t, 1, 'bob');
  await ann.fill('#to', 'bob');
  await ann.press('#to', 'Enter');
  await say(ann, 'across');
  await sees(ann, 'across');
  await hasUnread(bob);
  await open(bob, 'user:ann');
  await sees(bob, 'across');
  await nodes[1].api('publish', { channel: 'user:ann', data: { text: 'from the other API' } });
  await hasUnread(ann);
  assert.deepEqual(complaints, []);
});

test('the SDK on two nodes: room, user to user with who wrote it, broadcast', options, async (t) => {
  const ann = await sdk(t, 0, 'ann', 'room:sdk');
  const bob = await sdk(t, 1, 'bob', 'room:sdk');
  await ann.evaluate(() => window.room.publish({ text: 'to the room' }));
  assert.deepEqual(await heard(bob, 1), [['room:sdk', 'to the room', 'ann']]);
  await bob.evaluate(() => window.client.publish('user:ann', { text: 'to ann' }));
  assert.deepEqual((await heard(ann, 2))[1], ['user:ann', 'to ann', 'bob']);
  await nodes[0].api('publish', { channel: 'broadcast', data: { text: 'to all' } });
  assert.deepEqual((await heard(ann, 3))[2], ['broadcast', 'to all', null]);
  assert.deepEqual((await heard(bob, 2))[1], ['broadcast', 'to all', null]);
});
