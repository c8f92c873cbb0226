// Opens every page of a folder as people do, in light and dark, on a phone and a desk, and tells as JSON what it saw.
//   node look.mjs CHROMIUM FOLDER
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], preload: false };
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-proxy-server', '--host-resolver-rules=MAP * ~NOTFOUND',
  ],
});

async function opened(file, options, act) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const address = pathToFileURL(resolve(join(folder, file))).href;
  const told = { console: [], requests: [], dialogs: [] };
  page.on('console', message => told.console.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', error => told.console.push(`error: ${error.message}`));
  page.on('request', request => request.url() === address || told.requests.push(request.url()));
  page.on('requestfailed', request => { // what the policy forbids was not asked for
    if (request.failure().errorText === 'csp') told.requests = told.requests.filter(url => url !== request.url());
  });
  page.on('dialog', dialog => { told.dialogs.push(dialog.message()); dialog.dismiss(); });
  await page.goto(address);
  const more = await act(page);
  await context.close();
  return { ...told, ...more };
}

async function looked(file, colorScheme, width) {
  return opened(file, { colorScheme, viewport: { width, height: 900 } }, async page => {
    await page.screenshot({ path: join(folder, `${file}-${colorScheme}-${width}.png`) });
    await page.evaluate(() => { for (const each of document.querySelectorAll('details')) each.open = true; });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(rules => window.axe.run(rules), RULES);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const owned = await page.evaluate(() => window.owned ?? null);
    return { owned, wide, axe: violations.map(each => `${each.id}: ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' ')}`) };
  });
}

const shown = (page, query) => page.locator(`${query}:visible`).count();

async function typed(file) {
  return opened(file, { viewport: { width: 1280, height: 900 } }, async page => {
    const told = { all: await shown(page, '.check'), lines: await shown(page, '.log.all > li') };
    await page.keyboard.press('Tab');
    told.first = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press('/');
    told.focus = await page.evaluate(() => document.activeElement.id);
    await page.keyboard.type('import');
    told.found = await shown(page, '.check');
    told.foundLines = await shown(page, '.log.all > li');
    told.status = await page.locator('#found').textContent();
    await page.keyboard.press('Escape');
    told.cleared = await shown(page, '.check');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    told.state = await page.evaluate(() => document.activeElement.dataset.state);
    told.ofState = await shown(page, '.check');
    told.others = await page.locator('.check:visible').evaluateAll((those, state) => those.filter(each => each.dataset.state !== state).length, told.state);
    await page.keyboard.press('Space');
    const first = page.locator('.check > summary').first();
    await first.focus();
    await page.keyboard.press('Enter');
    told.toggled = await page.locator('.check').first().evaluate(each => each.open);
    await page.selectOption('#source', { index: 1 });
    told.ofSource = await shown(page, '.log.all > li');
    await page.selectOption('#source', { index: 0 });
    const closed = () => page.locator('details:not([open])').count();
    told.closed = [await closed()];
    for (const event of ['beforeprint', 'afterprint']) {
      await page.evaluate(name => { dispatchEvent(new Event(name)); }, event);
      told.closed.push(await closed());
    }
    told.pdf = (await page.pdf({ format: 'A4', printBackground: true })).subarray(0, 5).toString();
    return told;
  });
}

async function plain(file) {
  return opened(file, { javaScriptEnabled: false }, async page => ({
    filter: await page.locator('#filter').isVisible(),
    checks: await shown(page, '.check > summary'),
    lead: await page.locator('h1').innerText(),
  }));
}

async function attacked(file) {
  return opened(file, {}, async page => ({
    ran: await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.owned = "script"';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="https://127.0.0.1:9/x.png" onerror="window.owned = 1"><p style="color:red" id="styled">x</p>');
      const fetched = await fetch('https://127.0.0.1:9/').then(() => 'answered', () => 'refused');
      const styled = document.getElementById('styled').style.color;
      return { owned: window.owned ?? null, fetched, styled };
    }),
  }));
}

const seen = {};
for (const file of readdirSync(folder).filter(name => name.endsWith('.html'))) {
  const looks = {};
  await Promise.all(['light', 'dark'].flatMap(scheme => [390, 1280].map(async width => {
    looks[`${scheme} ${width}`] = await looked(file, scheme, width);
  })));
  seen[file.replace('.html', '')] = { looks, typed: await typed(file), plain: await plain(file), attacked: await attacked(file) };
}
await browser.close();
console.log(JSON.stringify(seen));
