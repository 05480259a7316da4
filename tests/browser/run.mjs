// Real browsers on a served practice book: node run.mjs BASE OUT. Ends with 0 when everything holds.
//
// Chromium sees every page once in each language: axe-core, three widths, two screenshots, its weight. The journeys know
// only what is written on the screen; they run in French at 360 px without any script, and some again in other ways.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { PAGES } from './pages.mjs';
import { JOURNEYS } from './journeys.mjs';
import { DRAFTS } from './drafts.mjs';
import { firefox } from './firefox.mjs';

const [base, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const failures = [];
const fail = text => { failures.push(text); console.log('FAILED', text); };
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

/** A browser of one person, signed in through the door as anybody would. */
export async function signedIn(person, { language = 'fr', width = 360, script = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 740 }, javaScriptEnabled: script, baseURL: base, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`/langue/${language}`);
  if (person) {
    await page.goto(`/connexion?site=${person.split('-')[0]}&qui=person/${person}`);
    await page.locator('button.main').click();
    // What the door still loads is not counted as the next page's.
    await page.waitForURL(url => !url.pathname.startsWith('/connexion'));
    await page.waitForLoadState('networkidle');
  }
  return page;
}

/** What a phone must hold of one page. */
async function look(page, path, language) {
  const name = `${language}${path.replace(/[^a-z0-9]+/gi, '-')}`;
  let bytes = 0, requests = 0;
  const count = async response => { if (!response.url().startsWith('http')) return; requests += 1; bytes += (await response.request().sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize; };
  page.on('response', count);
  const came = await page.goto(path);
  await page.waitForLoadState('networkidle');
  page.off('response', count);
  if (came.status() >= 400 && !path.startsWith('/nulle-part')) fail(`${path}: ${came.status()}`);
  if (requests > 5) fail(`${path}: ${requests} requests`);
  if (bytes > 80 * 1024) fail(`${path}: ${bytes} bytes`);
  for (const width of [320, 412, 360]) {
    await page.setViewportSize({ width, height: 740 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) fail(`${path} (${language}) is ${wide} px too wide at ${width}`);
  }
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) fail(`${path} (${language}) is ${wide} px too wide with letters twice as large`);
  await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
  const small = await page.evaluate(() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, .tile, .button')]
    .filter(e => e.offsetParent && !['radio', 'checkbox'].includes(e.type))
    .filter(e => e.getBoundingClientRect().height < 47.5).map(e => `${e.tagName} ${e.name || e.textContent.trim().slice(0, 30)}`));
  if (small.length) fail(`${path}: smaller than 48 px: ${small.join('; ')}`);
  await page.screenshot({ path: `${out}/${name}-360.png`, fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  for (const violation of found.violations) fail(`${path} (${language}): ${violation.id}: ${violation.nodes.slice(0, 3).map(n => n.target + ' ' + (n.any[0]?.message || '')).join(' | ')}`);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: `${out}/${name}-1280.png`, fullPage: true });
}

const only = process.env.ONLY;
if (!only || only === 'pages') {
  for (const language of ['fr', 'en']) {
    for (const [person, paths] of Object.entries(PAGES)) {
      const page = await signedIn(person === 'nobody' ? null : person, { language });
      for (const path of paths) await look(page, path, language).catch(e => fail(`${path}: ${e.message}`));
      await page.context().close();
    }
  }
  console.log('pages seen');
}

if (!only || only === 'journeys') {
  for (const [name, journey] of Object.entries(JOURNEYS)) {
    const ways = journey.again ? [{ script: false }, { script: true }, { script: false, language: 'en', width: 1280 }] : [{ script: false }];
    for (const way of ways) {
      const told = `${name} ${JSON.stringify(way)}`;
      try {
        await journey.go(person => signedIn(person, way), way);
        console.log('ok', told);
      } catch (error) {
        fail(`${told}: ${error.message.split('\n').slice(0, 6).join(' / ')}`);
      }
    }
  }
}
if (!only || only === 'drafts') for (const [name, go] of Object.entries(DRAFTS)) await go(signedIn).then(() => console.log('ok', name), e => fail(`${name}: ${e.message}`));
await browser.close();

if (!only || only === 'firefox') await firefox(base, out).then(() => console.log('ok firefox'), error => fail(`firefox: ${error.message}`));

console.log(failures.length ? `${failures.length} failures` : 'everything holds');
process.exit(failures.length ? 1 : 0);
