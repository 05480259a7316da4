// Texts that look like scripts, typed by a hand and shown by a browser that runs scripts: none of them is one.
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

/** The big list's strings that could be markup or script, in texts as long as a field takes. */
const TEXTS = JSON.parse(readFileSync(new URL('../fixtures/naughty-strings/blns.json', import.meta.url), 'utf8'))
  .concat('<script>ran = 1</script>', '"><img src=x onerror="ran = 1">', '</textarea><svg onload=ran=1>')
  .filter(text => /[<>"'`&]|script/i.test(text))
  .reduce((packs, text) => {
    const last = packs.at(-1);
    return last && last.length + text.length < 500 ? [...packs.slice(0, -1), `${last} ${text}`] : [...packs, text];
  }, []);

const RECORD = 'Enregistrer';

/** Fails when the page has run anything but our own script. */
function watch(page, fail) {
  page.on('dialog', dialog => { fail(`a text opened a dialog at ${page.url()}: ${dialog.message()}`); dialog.dismiss(); });
  page.on('pageerror', error => fail(`a text ran at ${page.url()}: ${error.message}`));
  page.on('console', line => { if (line.type() === 'error' && !/status of 4(03|22)/.test(line.text())) fail(`${page.url()}: ${line.text()}`); });
  page.on('request', request => { if (new URL(request.url()).origin !== new URL(page.url()).origin && !request.url().startsWith('data:')) fail(`${page.url()} asked ${request.url()}`); });
}

/** What a page shows of a text, where it is one text. */
const shows = (page, text) => page.evaluate(text => [...document.querySelectorAll('main *')].some(e => e.children.length === 0 && (e.value ?? e.textContent).normalize().trim() === text), text.normalize().trim());

/** Types every text as the name of a fund, wrong at first and then right, and looks at each page that shows it. */
export async function neverRuns(signedIn, fail) {
  const page = await signedIn('ken-chef');
  watch(page, fail);
  const seen = async (text, where) => {
    assert.ok(await shows(page, text), `${where} does not show what was typed: ${text}`);
    assert.equal(await page.evaluate(() => typeof window.ran), 'undefined', `a text ran at ${where}`);
  };
  for (const [at, text] of TEXTS.entries()) {
    await page.goto('/noter/fund');
    const label = page.locator('[name=label]');
    await label.fill(text);
    await page.goto('/noter/fund'); // What was typed stands there again: the browser has kept it.
    await page.getByRole('button', { name: RECORD }).click();
    await page.locator('#probleme').waitFor(); // A code is missing.
    await label.fill(text);
    await seen(text, 'the refused form');
    await page.locator('[name=code]').fill(`texte-${at}`);
    await page.getByRole('button', { name: RECORD }).click();
    await page.locator('.banner.done').waitFor();
    await seen(text, 'the entry');
    await page.goto(`/chose/fund/ken-texte-${at}`);
    await seen(text, 'the sheet');
  }
  for (const path of ['/liste/fund', '/chercher?q=script', '/journal', '/noter/expense', '/depenses/nouvelle', '/']) await page.goto(path);
  await page.goto('/liste/fund');
  for (const text of TEXTS) await seen(text, 'the list');
  return TEXTS.length;
}
