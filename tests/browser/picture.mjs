// Takes a picture of the top of a page.
//   node picture.mjs CHROMIUM PAGE PNG light|dark WIDTH HEIGHT
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, page, path, colorScheme, width, height] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-proxy-server', '--host-resolver-rules=MAP * ~NOTFOUND'] });
const tab = await browser.newPage({ colorScheme, viewport: { width: Number(width), height: Number(height) } });
await tab.goto(pathToFileURL(page).href);
await tab.screenshot({ path });
await browser.close();
