/** Clients of the official SDK and tokens for them. */
import { createHmac } from 'node:crypto';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';
import { SECRET } from './node.mjs';

/** A connection token; expires after `ttl` seconds. */
export function token(user, ttl = 3600, secret = SECRET, claims = {}) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + ttl;
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user, exp, ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A client that is disconnected when the test ends. Unless told otherwise it asks for a token of `user`. */
export function client(t, url, user, options = {}) {
  const made = new Centrifuge(url, {
    websocket: WebSocket, getToken: async () => token(user), minReconnectDelay: 50, maxReconnectDelay: 500, ...options,
  });
  t.after(() => made.disconnect());
  return made;
}

/** The next event of a client or subscription for which `matches` holds; to be asked for before it can happen. */
export function next(emitter, event, matches = () => true) {
  return new Promise((resolve) => {
    const listener = (context) => {
      if (!matches(context)) return;
      emitter.off(event, listener);
      resolve(context);
    };
    emitter.on(event, listener);
  });
}

/** Connects and returns the context of the `connected` event. */
export async function connected(made) {
  const event = next(made, 'connected');
  made.connect();
  return event;
}

/** A subscription that is in place. */
export async function subscribed(made, channel) {
  const subscription = made.newSubscription(channel);
  subscription.subscribe();
  await subscription.ready(5_000);
  return subscription;
}
