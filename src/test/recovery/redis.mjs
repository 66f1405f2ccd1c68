/** A Redis of the test's own, in memory only, on a Unix socket. Needs no packages. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Redis {
  #process; #folder;

  static async start() {
    const redis = new Redis();
    redis.#folder = await mkdtemp(join(tmpdir(), 'redis-'));
    await redis.#launch();
    return redis;
  }

  get #socket() { return join(this.#folder, 's'); }
  get uri() { return `unix://${this.#socket}`; }

  async #launch() {
    const args = ['--port', '0', '--unixsocket', this.#socket, '--save', '', '--appendonly', 'no'];
    this.#process = spawn(process.env.NODE_REDIS_SERVER, args, { cwd: this.#folder, stdio: 'ignore' });
    const until = Date.now() + 10_000;
    while (!(await this.#answers())) {
      if (Date.now() > until || this.#process.exitCode !== null) throw new Error('Redis does not answer');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #answers() {
    return new Promise((resolve) => {
      const socket = connect(this.#socket, () => socket.write('PING\r\n'));
      socket.once('data', () => { socket.destroy(); resolve(true); });
      socket.once('error', () => resolve(false));
    });
  }

  async kill() {
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await exited;
    await rm(this.#socket, { force: true });
  }

  /** Killed and started again: nothing is left of what it knew. */
  async restartEmpty() {
    await this.kill();
    await this.#launch();
  }

  async stop() {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }
}
