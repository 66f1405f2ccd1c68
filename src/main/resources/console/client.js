/**
 * A small client of the Centrifuge protocol, written to be read. In a product use the official SDK (npm "centrifuge"),
 * which also does recovery, presence, history, timeouts of single calls and other transports.
 *
 *   a command, client to server      {"id":1,"connect":{"token":"…"}}
 *   its reply, server to client      {"id":1,"connect":{"client":"…","ping":25,"pong":true}}
 *   a push, server to client         {"push":{"channel":"room:lobby","pub":{"data":…,"info":{"user":"ann","client":"…"}}}}
 *   a ping, and the pong to it       {}
 *
 * A WebSocket text frame carries one of these or several, one a line. Events, with what `detail` holds:
 *
 *   state         {state, delay, code, reason}   connecting, connected, reconnecting (after `delay` ms), disconnected
 *   subscribed    {channel}                      by subscribe(), or by the server ("user:ann", "broadcast")
 *   unsubscribed  {channel, code, reason}
 *   publication   {channel, data, info}          `info` is set by the server, and only if a client published
 *   frame         {sent, text}                   for onlookers
 */
const MIN_DELAY = 500;
const MAX_DELAY = 20_000;
const PATIENCE = 10_000; // ms for a connection to open, and for a ping to be late

const isTerminal = (code) => code === 1009 || (code >= 3500 && code < 4000) || (code >= 4500 && code < 5000);

/** Full jitter: clients that lost the same node at the same moment do not come back at the same moment. */
const backoff = (attempt) =>
  Math.min(MAX_DELAY, MIN_DELAY + Math.random() * Math.min(MAX_DELAY, MIN_DELAY * 2 ** attempt));

export class Client extends EventTarget {
  id = null; // given by the server in the connect reply, new for every connection
  state = 'disconnected';
  #url; #getToken;
  #attempt = 0; // connections lost since the last connect reply
  #session = null; // stands for one attempt to connect; what belongs to an older one is ignored
  #socket = null; #nextId = 1; #calls = new Map(); #outgoing = []; #timers = {};
  #channels = new Set(); // subscribed by us, hence subscribed again after a reconnect
  #ping = 0; #pong = false;

  /** `getToken` returns a JWT or a promise of one; it is asked at every connect and renewal. Without it: anonymous. */
  constructor(url, getToken = () => '') { super(); this.#url = url; this.#getToken = getToken; }

  /** Connects; while waiting to reconnect, does so at once. */
  connect() { if (this.state === 'disconnected' || this.state === 'reconnecting') this.#open(); }

  disconnect() { this.#closed(0, 'disconnect called', false); }

  subscribe(channel) {
    if (this.#channels.has(channel)) return;
    this.#channels.add(channel);
    if (this.state === 'connected') this.#subscribe(channel);
  }

  unsubscribe(channel) {
    if (!this.#channels.delete(channel)) return;
    if (this.state === 'connected') this.#call('unsubscribe', { channel });
    this.#emit('unsubscribed', { channel, code: 0, reason: 'unsubscribe called' });
  }

  /** Resolves when the server has accepted the publication; rejects with {code, message}. */
  publish(channel, data) {
    if (this.state !== 'connected') return Promise.reject({ code: 0, message: 'not connected' });
    return new Promise((resolve, reject) => this.#call('publish', { channel, data }, resolve, reject));
  }

  async #open() {
    clearTimeout(this.#timers.reconnect);
    const session = (this.#session = {});
    this.#nextId = 1;
    this.#enter('connecting');
    try {
      const token = await this.#getToken();
      if (this.#session !== session) return;
      const socket = (this.#socket = new WebSocket(this.#url));
      this.#after('silence', PATIENCE, () => this.#closed(0, 'no connection'));
      socket.onopen = () => this.#greet(token);
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = ({ code, reason }) => this.#closed(code, reason || 'connection lost');
    } catch (error) {
      if (this.#session === session) this.#closed(0, error.message);
    }
  }

  /** Sends connect and all subscribes in one frame, without waiting for the connect reply: one round trip in all. */
  #greet(token) {
    this.#call('connect', token ? { token } : {},
      (result) => this.#connected(result),
      (error) => this.#closed(error.code, error.message, error.temporary || error.code === 109)); // 109 token expired
    for (const channel of this.#channels) this.#subscribe(channel);
  }

  #connected(result) {
    this.id = result.client;
    this.#attempt = 0;
    this.#ping = (result.ping ?? 0) * 1000;
    this.#pong = result.pong === true;
    clearTimeout(this.#timers.silence);
    this.#expectPing();
    this.#renewAtExpiry(result);
    this.#enter('connected');
    for (const channel of Object.keys(result.subs ?? {})) this.#emit('subscribed', { channel });
  }

  #subscribe(channel) {
    if (!this.#channels.has(channel)) return;
    this.#call('subscribe', { channel },
      () => this.#channels.has(channel) && this.#emit('subscribed', { channel }),
      (error) => error.temporary
        ? this.#after(`subscribe ${channel}`, backoff(0), () => this.#subscribe(channel))
        : this.#unsubscribed(channel, error.code, error.message));
  }

  #unsubscribed(channel, code, reason) {
    this.#channels.delete(channel);
    this.#emit('unsubscribed', { channel, code, reason });
  }

  /** The server closes an expired connection 25 s after its `ttl`; a refresh command in between keeps it. */
  #renewAtExpiry({ expires, ttl }) {
    if (expires) this.#after('refresh', Math.min(ttl * 1000, 2 ** 31 - 1), () => this.#refresh());
  }

  async #refresh() {
    const session = this.#session;
    const later = () => this.#after('refresh', 5000 + Math.random() * 5000, () => this.#refresh());
    const token = await Promise.resolve().then(this.#getToken).catch(() => null);
    if (this.#session !== session) return;
    if (!token) return later();
    this.#call('refresh', { token },
      (result) => this.#renewAtExpiry(result),
      (error) => (error.temporary ? later() : this.#closed(error.code, error.message, false)));
  }

  #receive(frame) {
    const session = this.#session;
    this.#emit('frame', { sent: false, text: frame });
    this.#expectPing();
    for (const line of frame.split('\n')) {
      if (!line || this.#session !== session) continue;
      const reply = JSON.parse(line);
      if (reply.id) this.#reply(reply);
      else if (reply.push) this.#push(reply.push);
      else if (this.#pong) this.#send({});
    }
  }

  /** Any frame shows that the server is there; silence past the time of a ping means that the connection is dead. */
  #expectPing() {
    if (this.#ping) this.#after('silence', this.#ping + PATIENCE, () => this.#closed(0, 'no ping'));
  }

  #reply({ id, error, ...result }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.failed(error);
    else call?.done(result[call.name]);
  }

  #push({ channel, pub, subscribe, unsubscribe }) {
    if (pub) this.#emit('publication', { channel, data: pub.data, info: pub.info });
    else if (subscribe) this.#emit('subscribed', { channel });
    else if (unsubscribe?.code >= 2500) this.#subscribe(channel); // the server asks us to start afresh
    else if (unsubscribe) this.#unsubscribed(channel, unsubscribe.code, unsubscribe.reason);
  }

  #call(name, body, done = () => {}, failed = () => {}) {
    const id = this.#nextId++;
    this.#calls.set(id, { name, done, failed });
    this.#send({ id, [name]: body });
  }

  /** Commands of one turn of the event loop leave in one frame, one a line. */
  #send(command) {
    if (this.#outgoing.push(JSON.stringify(command)) > 1) return;
    queueMicrotask(() => {
      const text = this.#outgoing.splice(0).join('\n');
      if (!text || this.#socket?.readyState !== WebSocket.OPEN) return;
      this.#socket.send(text);
      this.#emit('frame', { sent: true, text });
    });
  }

  /** The only way out of a connection, whoever ended it: the server, the network, a timer, or disconnect(). */
  #closed(code, reason, retry = !isTerminal(code)) {
    const socket = this.#socket;
    const unanswered = [...this.#calls.values()].filter((call) => call.name === 'publish');
    this.#session = this.#socket = this.id = null;
    this.#calls.clear();
    this.#outgoing.length = this.#ping = 0;
    Object.values(this.#timers).forEach(clearTimeout);
    if (socket) { socket.onopen = socket.onmessage = socket.onclose = null; socket.close(); }
    if (retry) {
      const delay = backoff(this.#attempt++);
      this.#after('reconnect', delay, () => this.#open());
      this.#enter('reconnecting', { delay, code, reason });
    } else {
      this.#attempt = 0;
      this.#enter('disconnected', { delay: 0, code, reason });
    }
    for (const call of unanswered) call.failed({ code, message: reason });
  }

  #after(name, ms, action) { clearTimeout(this.#timers[name]); this.#timers[name] = setTimeout(action, ms); }
  #enter(state, why = {}) { this.state = state; this.#emit('state', { state, ...why }); }
  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
