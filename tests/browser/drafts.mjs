// A form outlives a cut of the wifi: nothing typed is lost, and the book takes it once.
import assert from 'node:assert/strict';

const QUANTITY = 'Quantité pesée', RECORD = 'Enregistrer', DAY = "Jour où cela s'est passé", DONE = "C'est enregistré", BEFORE = /C'était déjà enregistré/;
const FORM = '/recoltes/nouvelle';

/** Fills the form of a harvest in. */
async function fill(page, figure) {
  await page.goto(FORM);
  await page.getByRole('radio').first().check();
  await page.getByLabel(QUANTITY).fill(figure);
  await page.getByText('Plus de détails').click();
  await page.getByLabel(DAY).fill(await yesterday(page));
}

/** The day before the last one the form takes. */
async function yesterday(page) {
  const today = new Date(await page.getByLabel(DAY).getAttribute('max'));
  return new Date(today - 86_400_000).toISOString().slice(0, 10);
}

/** Everything that was typed stands there again. */
async function stands(page, figure) {
  assert.equal(await page.getByLabel(QUANTITY).inputValue(), figure);
  assert.ok(await page.getByRole('radio').first().isChecked(), 'what is harvested is chosen still');
  assert.equal(await page.getByLabel(DAY).inputValue(), await yesterday(page));
}

const send = page => page.getByRole('button', { name: RECORD }).click();

/** How many harvests of this figure the journal shows. */
async function recorded(page, figure) {
  await page.goto('/journal');
  const newest = await page.evaluate(async () => {
    const list = new DOMParser().parseFromString(await (await fetch('/journal')).text(), 'text/html');
    const seqs = [...list.querySelectorAll('a[href^="/entree/"]')].map(a => a.getAttribute('href')).slice(0, 12);
    return Promise.all(seqs.map(async path => [path, await (await fetch(path)).text()]));
  });
  return new Set(newest.filter(([, text]) => text.includes(figure)).map(([path]) => path)).size;
}

export const DRAFTS = {
  'the wifi is cut between filling and sending': async signedIn => {
    const page = await signedIn('ken-cultures'), figure = '61,25', before = await recorded(page, figure);
    await fill(page, figure);
    await page.context().setOffline(true);
    await send(page).catch(() => {}); // The browser's own page tells that there is no network.
    await page.waitForURL(url => url.protocol === 'chrome-error:' || url.pathname === FORM);
    await page.context().setOffline(false);
    await page.goto('/');
    await page.locator('main').getByText('Brouillon pas encore envoyé').waitFor();
    await page.getByRole('link', { name: 'Reprendre' }).click();
    await stands(page, figure);
    await send(page);
    await page.getByText(DONE, { exact: true }).waitFor();
    await page.goBack();
    await stands(page, figure);
    await send(page);
    await page.getByText(BEFORE).waitFor();
    assert.equal(await recorded(page, figure), before + 1);
    await page.goto(FORM);
    assert.equal(await page.getByLabel(QUANTITY).inputValue(), '', 'what was recorded is no draft any more');
    await page.context().close();
  },
  'the answer is lost after the book has written': async signedIn => {
    const page = await signedIn('ken-cultures'), figure = '62,75', before = await recorded(page, figure);
    await fill(page, figure);
    await page.route(`**${FORM}`, async route => {
      if (route.request().method() !== 'POST') return route.continue();
      await route.fetch({ maxRedirects: 0 });
      await route.abort('connectionreset');
    });
    await send(page).catch(() => {});
    await page.waitForURL(url => url.protocol === 'chrome-error:' || url.pathname === FORM);
    await page.unroute(`**${FORM}`);
    await page.goto(FORM);
    await stands(page, figure);
    await send(page);
    await page.getByText(BEFORE).waitFor();
    assert.equal(await recorded(page, figure), before + 1);
    await page.context().close();
  },
  'the wifi is cut before the basket is paid': async signedIn => {
    const page = await signedIn('kay-tresoriere');
    const counts = () => page.locator('.count').evaluateAll(boxes => boxes.map(box => box.value).filter(Boolean));
    await page.goto('/ventes/nouvelle');
    await page.getByRole('button', { name: 'Blouse' }).first().click();
    await page.waitForURL('**/ventes/workshop/*');
    await page.locator('.product.taken').first().click();
    assert.deepEqual(await counts(), ['2']);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Encaisser' }).click().catch(() => {});
    await page.waitForURL(url => url.protocol === 'chrome-error:' || url.pathname.startsWith('/ventes/'));
    await page.context().setOffline(false);
    await page.goto('/');
    await page.getByRole('link', { name: 'Reprendre' }).click();
    assert.deepEqual(await counts(), ['2'], 'what was tapped is in the basket still');
    await page.getByRole('button', { name: 'Encaisser' }).click();
    await page.waitForURL('**/papiers/recu/**');
    await page.goto('/');
    assert.equal(await page.getByText('Brouillon pas encore envoyé').isVisible(), false);
    await page.context().close();
  },
  'a draft is one person\'s, can be thrown away, and leaves with them': async signedIn => {
    const page = await signedIn('ken-cultures');
    const kept = () => page.evaluate(() => Object.keys(localStorage).length + sessionStorage.length);
    await fill(page, '63');
    await page.goto('/');
    await page.getByRole('button', { name: 'Jeter' }).click();
    assert.equal(await kept(), 0);
    await fill(page, '64');
    assert.equal(await kept(), 1);
    await page.getByRole('contentinfo').getByRole('button').click();
    await page.waitForURL('**/connexion');
    assert.equal(await kept(), 0);
    await page.context().close();
  },
  'a form about people leaves no draft': async signedIn => {
    const page = await signedIn('ken-chef');
    await page.goto('/noter/person');
    const first = page.locator('main').getByRole('textbox').first();
    await first.fill('Awa');
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await page.context().close();
  },
};
