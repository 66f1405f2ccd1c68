/** The demo page: a lobby, private conversations, and a look at the wire. What it shows of others it inserts as text. */
import { Client } from './client.js';
import { listTargets, showFrame } from './inspector.js';

const LOBBY = 'room:lobby';
const BROADCAST = 'broadcast';
const MAX_MESSAGES = 500; // kept per conversation
const MAX_CONVERSATIONS = 200;
const SAME_BREATH = 3 * 60_000; // ms within which a sender's next message goes without a name of its own

const $ = (id) => document.getElementById(id);
const privateChannel = (user) => `user:${user}`;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

let me = sessionStorage.getItem('name') ?? friendlyName();
let client;
let current;
let pinned = true; // to the newest message, until somebody scrolls up
let countdown; // timer
let lostAt = 0; // when the connection was lost, in ms; 0 while all is well
let conversations = new Map(); // by channel; a private one by the channel of the other user

function friendlyName() {
  const pick = (words) => words.split(' ')[Math.floor(Math.random() * words.split(' ').length)];
  return `${pick('amber brisk calm clever gentle jolly keen lucky mellow quiet sunny witty')}-${
    pick('badger beetle cricket finch heron ladybird lark marten otter robin snail wren')}`;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/* Conversations */

function conversation(channel) {
  if (!conversations.has(channel)) {
    const oldest = [...conversations.values()].find((each) => each.channel !== LOBBY && each !== current);
    if (conversations.size >= MAX_CONVERSATIONS && oldest) conversations.delete(oldest.channel);
    conversations.set(channel, { channel, messages: [], unread: 0 });
    listConversations();
  }
  return conversations.get(channel);
}

function titleOf(channel) {
  if (channel === LOBBY) return 'Lobby';
  const user = channel.slice(privateChannel('').length);
  return user === me ? `${user} (you)` : user;
}

function listConversations() {
  const focused = document.activeElement?.dataset?.channel;
  $('conversations').replaceChildren(...[...conversations.values()].map(({ channel, unread }) => {
    const button = element('button', { type: 'button' }, element('span', { textContent: titleOf(channel) }));
    button.dataset.channel = channel;
    if (channel !== LOBBY) button.style.setProperty('--hue', hueOf(titleOf(channel)));
    if (channel === current?.channel) button.setAttribute('aria-current', 'true');
    if (unread) button.append(element('b', {}, String(unread), element('span', { className: 'sr', textContent: ' unread' })));
    return element('li', {}, button);
  }));
  if (focused) $('conversations').querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  $('nobody').hidden = conversations.size > 1;
  const unread = [...conversations.values()].reduce((sum, each) => sum + each.unread, 0);
  document.title = unread ? `(${unread}) Millipede` : 'Millipede';
}

function show(channel) {
  const to = conversation(channel);
  current = to;
  to.unread = 0;
  const lobby = channel === LOBBY;
  const user = channel.slice(privateChannel('').length);
  $('title').textContent = titleOf(channel);
  $('channel').textContent = channel;
  $('explanation').textContent = lobby ? 'Everybody here reads along.' : `Only ${user === me ? 'you read' : `${user} reads`} this.`;
  $('empty-text').textContent = lobby
    ? 'It is quiet here. Say something, or open this page in a second tab and talk to yourself.'
    : `What you write reaches every tab in which ${user} is connected right now. Nothing is stored.`;
  $('text').placeholder = `Message to ${lobby ? 'the lobby' : user}`;
  $('text-label').textContent = $('text').placeholder;
  $('log').setAttribute('aria-live', 'off'); // older messages are not news
  $('log').replaceChildren(...to.messages.map((message) => message.row));
  requestAnimationFrame(() => $('log').setAttribute('aria-live', 'polite'));
  $('empty').hidden = to.messages.length > 0;
  problem('');
  toNewest();
  listConversations();
}

/* Messages */

/** A degree on the colour wheel; names that differ a little are far apart. */
const hueOf = (name) => ([...name].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)) % 360, 7) * 137) % 360;

/** `kind` is one of: mine, theirs, server (no client published it), broadcast, note (from this page). */
function add(channel, { kind, from = '', text }) {
  const to = conversation(channel);
  const at = Date.now();
  const last = to.messages.at(-1);
  const follows = last && last.kind === kind && last.from === from && at - last.at < SAME_BREATH && kind !== 'note';
  const row = element('div', { className: `message ${kind}${follows ? ' follows' : ''}` });
  if (kind === 'note') row.append(element('p', { textContent: text }));
  else {
    const time = element('time', { dateTime: new Date(at).toISOString(), textContent: clock.format(at) });
    const name = element('span', { className: 'from', textContent: kind === 'mine' ? 'You' : from });
    if (kind === 'theirs') row.style.setProperty('--hue', hueOf(from));
    row.append(element('p', { className: 'meta' }, name, ' ', time), element('p', { className: 'text', textContent: text }));
  }
  to.messages.push({ kind, from, at, row });
  if (to.messages.length > MAX_MESSAGES) to.messages.shift().row.remove();
  if (to !== current) {
    if (kind !== 'note') to.unread++;
    return listConversations();
  }
  $('empty').hidden = true;
  $('log').append(row);
  if (pinned || kind === 'mine') toNewest();
  else $('newest').hidden = false;
}

const isAtEnd = () => $('scroll').scrollHeight - $('scroll').scrollTop - $('scroll').clientHeight < 48;

function toNewest() {
  pinned = true;
  $('scroll').scrollTop = $('scroll').scrollHeight;
  $('newest').hidden = true;
}

/** Payloads may come from anywhere, curl for one: what is not {"text": "…"} is shown as the JSON it is. */
function textOf(data) {
  const text = typeof data === 'string' ? data : data?.text;
  return typeof text === 'string' ? text : JSON.stringify(data);
}

function received({ channel, data, info }) {
  const text = textOf(data);
  if (channel === BROADCAST) {
    for (const to of new Set([LOBBY, current.channel])) add(to, { kind: 'broadcast', from: 'Broadcast', text });
    return;
  }
  const mine = info && (info.user ? info.user === me : info.client === client.id);
  const kind = mine ? 'mine' : info ? 'theirs' : 'server';
  const from = info ? info.user || 'anonymous' : 'Server';
  if (channel === LOBBY) {
    if (info?.user && !mine) conversation(privateChannel(info.user));
    add(LOBBY, { kind, from, text });
  } else {
    add(info?.user ? privateChannel(info.user) : channel, { kind, from, text });
  }
}

async function send(text) {
  const { channel } = current;
  const isPrivate = channel !== LOBBY;
  try {
    await client.publish(channel, isPrivate ? { text, to: channel.slice(privateChannel('').length) } : { text });
    // The other's channel is the other's: our own private message does not come back to us.
    if (isPrivate && channel !== privateChannel(me)) add(channel, { kind: 'mine', from: me, text });
  } catch ({ code, message }) {
    problem(`Not sent: ${message}${code ? ` (${code})` : ''}.`);
    if (!$('text').value && current.channel === channel) $('text').value = text;
  }
}

function problem(text) {
  $('problem').textContent = text;
  $('problem').hidden = !text;
}

/* Connection */

async function token(user) {
  if (!user) return '';
  const response = await fetch(`/dev/token?user=${encodeURIComponent(user)}`);
  if (!response.ok) throw new Error(`no token (HTTP ${response.status})`);
  return (await response.json()).token;
}

function start(name) {
  client?.disconnect();
  me = name;
  sessionStorage.setItem('name', me);
  $('name').value = me;
  conversations = new Map();
  lostAt = 0;
  $('frames').replaceChildren();
  listTargets([LOBBY, BROADCAST, ...(me ? [privateChannel(me)] : [])]);
  show(LOBBY);

  const url = new URL('/connection/websocket', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const mine = (client = new Client(url, () => token(name)));
  const on = (type, listener) => mine.addEventListener(type, ({ detail }) => mine === client && listener(detail));
  on('state', stateChanged);
  on('publication', received);
  on('frame', showFrame);
  on('unsubscribed', ({ channel, code, reason }) =>
    add(LOBBY, { kind: 'note', text: `No longer subscribed to ${channel}: ${reason} (${code})` }));
  client.subscribe(LOBBY);
  client.connect();
}

function stateChanged({ state, delay, code, reason }) {
  const why = reason ? `${reason}${code ? ` (${code})` : ''}` : '';
  const until = Date.now() + delay;
  const tick = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    $('state').textContent = `reconnecting in ${Math.max(seconds, 0)} s`;
    if (seconds > 0) countdown = setTimeout(tick, 250);
  };
  clearTimeout(countdown);
  $('state').dataset.state = state;
  $('state').title = why;
  $('state').textContent = state === 'disconnected' && code ? `disconnected: ${why}` : state;
  $('announcement').textContent = why ? `${state}: ${why}` : state;
  $('connection').textContent = { reconnecting: 'Connect now', disconnected: 'Connect' }[state] ?? 'Disconnect';
  $('send').disabled = state !== 'connected';
  if (state === 'reconnecting') tick();
  if (state === 'reconnecting' || state === 'disconnected') lostAt ||= Date.now();
  if (state !== 'connected') return;
  problem('');
  const away = lostAt && conversation(LOBBY).messages.length ? Math.max(1, Math.round((Date.now() - lostAt) / 1000)) : 0;
  if (away) add(LOBBY, { kind: 'note', text: `You were away for ${away} s. What was said meanwhile is not shown.` });
  lostAt = 0;
}

/* Wiring */

function onSubmit(id, action) {
  $(id).addEventListener('submit', (event) => { event.preventDefault(); action(); });
}

onSubmit('identity', () => $('name').value !== me && start($('name').value));
onSubmit('write-to', () => {
  if (!$('to').value) return;
  show(privateChannel($('to').value));
  $('to').value = '';
  $('text').focus();
});
onSubmit('composer', () => {
  const text = $('text').value.trim();
  if (client.state !== 'connected' || !text) return;
  $('text').value = '';
  problem('');
  send(text);
});
$('conversations').addEventListener('click', ({ target }) => {
  const channel = target.closest('button')?.dataset.channel;
  if (channel) { show(channel); $('text').focus({ preventScroll: true }); }
});
$('connection').addEventListener('click', () =>
  client.state === 'disconnected' || client.state === 'reconnecting' ? client.connect() : client.disconnect());
$('newest').addEventListener('click', toNewest);
$('scroll').addEventListener('scroll', () => {
  pinned = isAtEnd();
  if (pinned) $('newest').hidden = true;
}, { passive: true });
new ResizeObserver(() => pinned && toNewest()).observe($('scroll'));
start(me);
