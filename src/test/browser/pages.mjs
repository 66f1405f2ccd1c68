/** Chromium, and what tests do on the demo page. */
import { chromium } from 'playwright-core';

// No sandbox, as CI runs as root; no services of the browser's own, as nothing but loopback is reached.
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });

/** A tab of its own session that shows a page; errors it logs are added to `complaints`. `options` are the browser's. */
export async function openPage(t, browser, url, complaints, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return page;
}

/** A tab of its own session with the demo page, connected under a name. */
export async function openTab(t, browser, port, name, complaints) {
  const page = await openPage(t, browser, `http://127.0.0.1:${port}/`, complaints);
  await page.fill('#name', name);
  await page.click('#identity button');
  await isConnected(page);
  return page;
}

export const isConnected = (page) => page.waitForSelector('#state[data-state=connected]', { state: 'attached' });
export const open = (page, channel) => page.click(`#conversations button[data-channel="${channel}"]`);
export const sees = (page, text) => page.locator('#log').getByText(text, { exact: true }).waitFor();
export const hasUnread = (page) => page.waitForFunction(() => document.title.startsWith('(1)'));

export async function say(page, text) {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
}
