/** The demo page in Chromium, against a node in development mode. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Door, MillipedeNode } from './node.mjs';
import { hasUnread, isConnected, launch, open, openTab, say, sees } from './pages.mjs';

const options = { timeout: 60_000 };
const complaints = [];
const door = new Door();
let browser;
before(async () => {
  door.node = await MillipedeNode.start({ development: true });
  await door.open();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  door.close();
  await door.node?.stop();
});
beforeEach(() => { complaints.length = 0; });

/** A tab of its own session, connected under a name. */
const tab = (t, name) => openTab(t, browser, door.port, name, complaints);

test('two tabs chat in the lobby, both ways, and what they say is text', options, async (t) => {
  const ann = await tab(t, 'ann');
  const bob = await tab(t, 'bob');
  await say(ann, 'Hello <b>lobby</b>');
  await Promise.all([sees(ann, 'Hello <b>lobby</b>'), sees(bob, 'Hello <b>lobby</b>')]);
  await say(bob, 'Hello, ann');
  await Promise.all([sees(ann, 'Hello, ann'), sees(bob, 'Hello, ann')]);
  assert.deepEqual(complaints, []);
});

test('two users write to each other, and a third sees nothing of it', options, async (t) => {
  const ann = await tab(t, 'ann');
  const bob = await tab(t, 'bob');
  const eve = await tab(t, 'eve');
  await ann.fill('#to', 'bob');
  await ann.press('#to', 'Enter');
  await say(ann, 'between us');
  await sees(ann, 'between us');
  await hasUnread(bob);
  await open(bob, 'user:ann');
  await sees(bob, 'between us');
  await say(bob, 'of course');
  await sees(ann, 'of course');
  await say(eve, 'is anybody here?');
  await sees(eve, 'is anybody here?');
  assert.equal(await eve.locator('#log .message').count(), 1);
  assert.equal(await eve.title(), 'Millipede');
  assert.deepEqual(complaints, []);
});

test('what the API publishes arrives: to everybody and to one user', options, async (t) => {
  const ann = await tab(t, 'ann');
  const bob = await tab(t, 'bob');
  await door.node.api('publish', { channel: 'broadcast', data: { text: 'Lunch!' } });
  await Promise.all([sees(ann, 'Lunch!'), sees(bob, 'Lunch!')]);
  await door.node.api('publish', { channel: 'user:ann', data: { text: 'only ann' } });
  await hasUnread(ann);
  await open(ann, 'user:ann');
  await sees(ann, 'only ann');
  assert.equal(await bob.title(), 'Millipede');
  assert.deepEqual(complaints, []);
});

test('when the node is replaced the page comes back and chats again', options, async (t) => {
  const ann = await tab(t, 'ann');
  const bob = await tab(t, 'bob');
  await door.node.stop();
  await ann.waitForSelector('#state[data-state=reconnecting]', { state: 'attached' });
  door.node = await MillipedeNode.start({ development: true });
  await Promise.all([isConnected(ann), isConnected(bob)]);
  await say(ann, 'back again');
  await Promise.all([sees(ann, 'back again'), sees(bob, 'back again')]);
});
