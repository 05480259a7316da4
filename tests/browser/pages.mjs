// Every page once in each language, by who sees it, and what a phone must hold of it.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The book of the journeys, with some things left open: an expense that waits for its visa, a store being counted. */
export const LEFT_OPEN = {
  waits: 'kay-tresoriere record expense --leave kay-21-0001 --from bank/kay-banque --fund kay-roulement --lines purpose=Craie,amount=5000',
  counting: 'ken-magasinier record count-begin --place store/ken-magasin',
  sheets: 'kay-magasinier record series-register --code pesee --label "Feuilles de pesée" --first-number 1 --last-number 50 --sheet weighing-sheet',
};

/** What somebody does on a page before it is looked at. */
const sends = name => hand => hand.press(name);
const overspends = async hand => {
  await hand.fill('Ce qui est payé 1', 'Tissu');
  await hand.fill('Montant 1', '900 000');
  await hand.tick('Caisse du comité', 'Payé avec');
  await hand.pick('Fonds', 'Fonds de roulement');
  await hand.press('Demander la dépense');
};

/** Addresses by person; `$sale`, `$waits` … are entries of the book, a pair adds what is done there first. */
export const PAGES = {
  nobody: ['/connexion', '/connexion?site=ken', '/connexion?site=ken&qui=person/ken-chef', '/sante', '/caisse'],
  'ken-cultures': ['/', '/recoltes/nouvelle', ['/recoltes/nouvelle', sends('Enregistrer')], '/pointage', '/noter', '/noter/sowing', '/noter/harvest', ['/noter/harvest', sends('Enregistrer')],
    '/entree/$harvest', '/corriger/$corrected', '/nulle-part', '/entree/$sale', '/ventes/nouvelle', '/chose/lot/ken-21-0014'],
  'ken-magasinier': ['/noter/goods-in', '/noter/goods-issue', '/noter/count-begin', '/chose/store/ken-magasin', '/chercher?q=mais', '/journal', '/comptage/ken-21-0001', '/visas'],
  'kay-tresoriere': ['/', '/ventes/nouvelle', '/ventes/workshop/kay-couture', '/caisse', '/papiers/caisse/kay-caisse/2021-03-31', '/papiers/recus', '/papiers/recu/$sale', '/papiers/recu/$sale?f=a6', '/comptage/kay-21-0001', '/depenses/nouvelle',
    '/depenses/nouvelle?_leave=decision/kay-21-0001', ['/depenses/nouvelle?_leave=decision/kay-21-0001', overspends], '/entree/$waits', '/decisions', '/chose/decision/kay-21-0001', '/affectations',
    '/affectations/simulation?unit=workshop/kay-bois&until=2021-02-28', '/affectations/kay-21-0001', '/papiers/partage/kay-21-0001', '/noter/sale', '/aide', '/aide/sale'],
  'kay-inspectrice': ['/'],
  'kay-informaticien': ['/'],
  'kay-maire': ['/', '/visas', '/entree/$waits'],
  'kay-secretaire': ['/reunions', '/reunions/nouvelle', ['/reunions/nouvelle', sends('Convoquer')], '/reunions/kay-21-0001', '/papiers/pv/kay-21-0001', '/papiers/emargement/kay-21-0001', '/qui-peut-quoi'],
  'kay-atelier-bois': ['/production/nouvelle', '/noter/joinery-batch?workshop=workshop/kay-bois', '/rapports/joinery-sheet', '/rapports/joinery-ledger?workshop=workshop/kay-bois', '/liste/batch'],
  'kay-magasinier': ['/magasin', '/papiers/fiche-stock/kay-magasin', '/papiers/feuilles/pesee', '/grille/goods-in', ['/noter/goods-in', sends('Enregistrer')]],
  'ken-chef': ['/tableau-de-bord', '/visas', '/rapports', '/rapports/harvest?periode=2020/2021', '/rapports/indicators?periode=2020',
    '/rapports/balances?periode=2020', '/rapports/exceptions?periode=2020', '/pourquoi/harvest/cereals.weighed?periode=2020/2021', '/extensions', '/liste', '/liste/lot', '/chose/facility/ken'],
};

/** Pages that answer with a status of their own. */
const STATUS = { '/nulle-part': 404, '/entree/$sale': 404 };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Looks at one page as it stands: its width at every size of phone and of letters, its targets, and what axe finds. */
async function look(page, told, out, name, fail) {
  for (const width of [320, 412, 360]) {
    await page.setViewportSize({ width, height: 740 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) fail(`${told} is ${wide} px too wide at ${width}`);
  }
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) fail(`${told} is ${wide} px too wide with letters twice as large`);
  await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
  const small = await page.evaluate(() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, .tile, .button')]
    .filter(e => e.offsetParent && getComputedStyle(e).clipPath === 'none' && !['radio', 'checkbox'].includes(e.type))
    .filter(e => e.getBoundingClientRect().height < 47.5).map(e => `${e.tagName} ${e.name || e.textContent.trim().slice(0, 30)}`));
  if (small.length) fail(`${told}: smaller than 48 px: ${small.join('; ')}`);
  await page.screenshot({ path: `${out}/${name}-360.png`, fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  for (const violation of found.violations) fail(`${told}: ${violation.id}: ${violation.nodes.slice(0, 3).map(n => n.target + ' ' + (n.any[0]?.message || '')).join(' | ')}`);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: `${out}/${name}-1280.png`, fullPage: true });
  await page.setViewportSize({ width: 360, height: 740 });
}

/** What a page weighs when nothing of it is kept in the browser: requests, bytes, bytes of the page itself. */
async function weigh(page, path) {
  const answers = [];
  const heard = answer => answers.push(answer);
  page.on('response', heard);
  const came = await page.goto(path);
  await page.waitForLoadState('networkidle');
  page.off('response', heard);
  const size = async answer => (await answer.request().sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize;
  const sizes = await Promise.all(answers.filter(answer => answer.url().startsWith('http')).map(size));
  return { status: came.status(), requests: sizes.length, bytes: sizes.reduce((a, b) => a + b, 0), own: await size(came) };
}

/** Sees every page in one language; `visit` gives somebody's page and hand, `entries` what `$…` stands for. */
export async function seeAll(language, visit, entries, out, fail) {
  mkdirSync(out, { recursive: true });
  let seen = 0;
  for (const [person, pages] of Object.entries(PAGES)) {
    const { page, hand } = await visit(person === 'nobody' ? null : person, language);
    await page.route('**', route => route.continue()); // Nothing is kept from the page before.
    for (const one of pages) {
      const [address, act] = [one].flat();
      const path = address.replace(/\$(\w+)/, (_, name) => entries[name]);
      const told = `${person} ${path}${act ? ' (sent)' : ''} ${language}`;
      try {
        const { status, requests, bytes, own } = await weigh(page, path);
        if (status !== (STATUS[address] ?? 200) && person !== 'nobody') fail(`${told}: ${status}`);
        if (requests > 5) fail(`${told}: ${requests} requests`);
        if (bytes > (/tableau|rapports|pourquoi/.test(path) ? 80 : 50) * 1024) fail(`${told}: ${bytes} bytes`);
        const enters = await page.evaluate(() => !!document.querySelector('main form[method=post]'));
        if (enters && own > 14 * 1024) fail(`${told}: the first answer has ${own} bytes`);
        if (act) await act(hand);
        await look(page, told, out, `${language}-${person}${address.replace(/[^a-z0-9]+/gi, '-')}${act ? '-sent' : ''}`, fail);
        seen += 1;
      } catch (error) {
        fail(`${told}: ${error.message.split('\n').slice(0, 3).join(' / ')}`);
      }
    }
    await page.context().close();
  }
  console.log(`ok ${seen} pages seen, ${language}`);
}
