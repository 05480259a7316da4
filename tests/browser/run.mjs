// Real browsers on a practice book: node run.mjs BAARA BOOK OUT. Ends with 0 when everything holds.
//
// Each journey is typed as commands on one copy of the book, and walked in browsers on others, each served to one way of
// visiting: afterwards each copy holds the same entries. Chromium walks them in French at 360 px without any script, then
// with scripts, then in English on a wide window; Firefox walks them too. Every page is seen once in each language, and
// what is typed outlives a cut of the wifi and never runs.
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Book } from './books.mjs';
import { Hand, chromiumTouch, firefoxTouch } from './hand.mjs';
import { LEFT_OPEN, seeAll } from './pages.mjs';
import { DRAFTS } from './drafts.mjs';
import { neverRuns } from './naughty.mjs';
import { CARRIED, JOURNEYS, PEOPLE } from './journeys.mjs';

const [baara, practice, out] = process.argv.slice(2);
const failures = [];
const fail = text => { failures.push(text); console.log('FAILED', text); };
const only = process.env.ONLY;

const WAYS = [
  { name: 'plain', language: 'fr', width: 360, script: false },
  { name: 'script', language: 'fr', width: 360, script: true },
  { name: 'english', language: 'en', width: 1280, script: false },
  { name: 'firefox', language: 'fr', width: 360, firefox: true },
];

const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });

/** A hand in a fresh browser of its own, on the first page of a book. */
async function fresh(browser, base, way) {
  const viewport = { width: way.width, height: 740 };
  if (way.firefox) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport(viewport);
    await page.goto(base);
    return new Hand(firefoxTouch(page, context), way.language);
  }
  const context = await browser.newContext({ viewport, javaScriptEnabled: way.script });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  await page.goto(base);
  return new Hand(chromiumTouch(page), way.language);
}

/** Somebody comes in by the door: the language, the facility, their name. */
async function enter(browser, base, way, who) {
  const hand = await fresh(browser, base, way);
  if (way.language === 'en') await hand.touch.press(await hand.control('press', 'English'));
  const [facility, name] = PEOPLE[who];
  for (const word of [facility, name, 'Entrer']) await hand.press(word);
  hand.taps = 0;
  return hand;
}

/** Walks every journey in one way on a copy of the book, and compares what was kept with what the commands kept. */
async function walk(way, eve, typed) {
  const book = new Book(baara, practice, way.name);
  const base = await book.serve();
  const browser = way.firefox
    ? await puppeteer.launch({ browser: 'firefox', executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr', headless: true })
    : chrome;
  try {
    for (const journey of JOURNEYS) {
      const began = Date.now();
      await journey.go(who => enter(browser, base, way, who));
      console.log(`ok ${way.name}: ${journey.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    }
    const kept = book.entries(eve);
    const told = typed.map(entry => way.language === 'en' ? CARRIED.reduce((text, [fr, en]) => text.replaceAll(fr, en), entry) : entry);
    const at = Array.from({ length: Math.max(kept.length, told.length) }, (_, i) => i).find(i => kept[i] !== told[i]);
    if (at === undefined) console.log(`ok ${way.name}: ${kept.length} entries, as the commands made them`);
    else fail(`${way.name}: entry ${at + 1} of the journeys\n  by hand:    ${kept[at]}\n  by command: ${told[at]}`);
  } catch (error) {
    fail(`${way.name}: ${error.stack}`);
  } finally {
    if (way.firefox) await browser.close();
    await book.end();
  }
}

/** A phone with scripts on a book, signed in as a person, or as nobody; axe needs `bypassCSP`. */
async function phone(base, person, language = 'fr', bypassCSP = true) {
  const context = await chrome.newContext({ viewport: { width: 360, height: 740 }, baseURL: base, bypassCSP });
  const page = await context.newPage();
  const hand = new Hand(chromiumTouch(page), language);
  await page.goto(`/langue/${language}`);
  if (person) {
    await page.goto(`/connexion?site=${person.split('-')[0]}&qui=person/${person}`);
    await hand.press('Entrer');
  }
  return { page, hand };
}

/** Every page of the book that the commands made, in both languages. */
async function see(base, entries) {
  for (const language of ['fr', 'en']) await seeAll(language, (person, language) => phone(base, person, language), entries, out, fail);
}

/** What becomes of a form when the wifi is cut. */
async function draft() {
  const book = new Book(baara, practice, 'drafts');
  const base = await book.serve();
  for (const [name, go] of Object.entries(DRAFTS)) {
    await go(async person => (await phone(base, person)).page).then(() => console.log('ok', name), e => fail(`${name}: ${e.message}`));
  }
  await book.end();
}

/** What becomes of texts that look like scripts: nothing, whether or not the browser is told to forbid them. */
async function naughty() {
  for (const bypassCSP of [false, true]) {
    const book = new Book(baara, practice, `naughty-${bypassCSP}`);
    const base = await book.serve();
    await neverRuns(async person => (await phone(base, person, 'fr', bypassCSP)).page, fail)
      .then(count => console.log(`ok ${count} naughty texts, ${bypassCSP ? 'anything may run' : 'as served'}`), e => fail(`naughty texts: ${e.message}`));
    await book.end();
  }
}

const twin = new Book(baara, practice, 'typed');
const base = await twin.serve();
const eve = twin.entries(0).length;
const entries = {};
for (const journey of JOURNEYS) {
  for (const line of journey.typed) {
    const answer = twin.type(line);
    const no = answer.refused?.code ?? answer.fields?.[0].code;
    if (no !== journey.refused) fail(`${line}: ${JSON.stringify(answer)}`);
    if (journey.entry) entries[journey.entry] = answer.seq;
  }
}
const typed = twin.entries(eve);
for (const [name, line] of Object.entries(LEFT_OPEN)) {
  const answer = twin.type(line);
  if (!answer.ok) fail(`${line}: ${JSON.stringify(answer)}`);
  entries[name] = answer.seq;
}
const ways = async () => {
  for (const way of WAYS.filter(way => !only || only === way.name)) await walk(way, eve, typed);
  if (!only || only === 'drafts') await draft();
  if (!only || only === 'naughty') await naughty();
};
await Promise.all([ways(), !only || only === 'pages' ? see(base, entries) : null]);

await twin.end();
await chrome.close();
console.log(failures.length ? `${failures.length} failures` : 'everything holds');
process.exit(failures.length ? 1 : 0);
