/** A node as its own process. Needs no packages. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Of connection tokens. */
export const SECRET = 'a secret of thirty-two bytes, at least';
const API_KEY = 'a-key-for-the-tests';
const DEVELOPMENT_API_KEY = 'development'; // there without a configuration file

const CONFIG = {
  http: { port: 0 },
  internal: { port: 0, apiKeys: [API_KEY] },
  websocket: { pingInterval: '2s', pongTimeout: '1s' }, // so that a test of three seconds sees pings
  auth: { hmacSecret: SECRET },
};

/** A running node: its ports, once it says it is ready, and how to stop it. */
export class MillipedeNode {
  #process; #folder; #apiKey;

  /** Starts a node with the tests' configuration, or in development mode; with the address of a Redis it uses that. */
  static async start({ development = false, redis } = {}) {
    const node = new MillipedeNode();
    node.#folder = await mkdtemp(join(tmpdir(), 'millipede-sdk-'));
    node.#apiKey = development ? DEVELOPMENT_API_KEY : API_KEY;
    const args = ['-jar', process.env.NODE_JAR];
    const env = { ...process.env };
    if (redis) Object.assign(env, { MILLIPEDE_BACKPLANE_TYPE: 'redis', MILLIPEDE_BACKPLANE_REDIS_URI: redis });
    if (development) {
      env.MILLIPEDE_HTTP_PORT = env.MILLIPEDE_INTERNAL_PORT = '0';
    } else {
      const config = join(node.#folder, 'config.json');
      await writeFile(config, JSON.stringify(CONFIG));
      args.push('--config', config);
    }
    node.#process = spawn(process.env.NODE_JAVA ?? 'java', args, { env, stdio: ['ignore', 'inherit', 'pipe'] });
    await node.#ready();
    return node;
  }

  /** The node logs its listeners, then "ready". */
  #ready() {
    const lines = [];
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 40_000);
    return new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('exit', (code) => reject(new Error(`the node ended with ${code}:\n${lines.join('\n')}`)));
      createInterface({ input: this.#process.stderr }).on('line', (line) => {
        lines.push(line);
        this.port ??= line.match(/ clients: ws:.*?:(\d+)\//)?.[1];
        this.internalPort ??= line.match(/ API, .*http:.*?:(\d+)\//)?.[1];
        if (line.endsWith(': ready')) resolve();
      });
    }).finally(() => clearTimeout(late));
  }

  async stop() {
    const exited = this.#process.exitCode ?? new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(late);
    await rm(this.#folder, { recursive: true });
  }

  get url() { return `ws://127.0.0.1:${this.port}/connection/websocket`; }

  /** Calls the HTTP API and returns its result. */
  async api(method, body) {
    const response = await fetch(`http://127.0.0.1:${this.internalPort}/api/${method}`, {
      method: 'POST', headers: { 'X-API-Key': this.#apiKey }, body: JSON.stringify(body),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${error.code} ${error.message}`);
    return result;
  }
}

/** A port that stays while the node behind it is replaced. */
export class Door {
  node;
  #server = createServer((socket) => {
    const inner = connect(this.node.port, '127.0.0.1');
    for (const [from, to] of [[socket, inner], [inner, socket]]) from.on('error', () => to.destroy()).pipe(to);
  });

  async open() { await new Promise((listening) => this.#server.listen(0, '127.0.0.1', listening)); }
  close() { this.#server.close(); }
  get port() { return this.#server.address().port; }
  get url() { return `ws://127.0.0.1:${this.port}/connection/websocket`; }
}
