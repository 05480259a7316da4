// What people do in a day, by what is written on the screen and nothing else.
import assert from 'node:assert/strict';

const words = {
  fr: { harvest: 'Noter une récolte', quantity: 'Quantité pesée', record: 'Enregistrer', done: "C'est enregistré", problem: 'Il y a un problème', attendance: 'Pointage', wrong: 'Rien n\'a été enregistré.', sell: 'Vendre', cash: 'Encaisser', sold: 'Vente enregistrée', shirt: 'Blouse scolaire', share: 'Affectation des recettes', simulate: 'Simuler' },
  en: { harvest: 'Write down a harvest', quantity: 'Quantity', record: 'Record', done: 'Recorded', problem: 'There is a problem', attendance: 'Attendance', wrong: 'Nothing was recorded.', sell: 'Sell', cash: 'Take the money', sold: 'Sale recorded', shirt: 'School smock', share: 'Share the revenue', simulate: 'Simulate' },
};
const said = way => words[way.language || 'fr'];

/** The entry of the page that says it is done. */
async function done(page, way) {
  await page.getByText(said(way).done, { exact: true }).waitFor({ timeout: 8000 });
  return Number(new URL(page.url()).pathname.split('/').pop());
}

export const JOURNEYS = {
  'a harvest in three taps and a figure': {
    again: true,
    async go(signedIn, way) {
      const page = await signedIn('ken-cultures');
      await page.getByRole('link', { name: said(way).harvest }).click();
      const crops = page.getByRole('radio');
      if (!(await crops.first().isChecked())) await crops.first().check();
      await page.getByLabel(said(way).quantity).fill('125,5');
      await page.getByRole('button', { name: said(way).record }).click();
      await done(page, way);
      assert.match(await page.locator('main').innerText(), /125[.,]5/);
      await page.context().close();
    },
  },
  'a harvest without a figure is told and nothing is lost': {
    async go(signedIn, way) {
      const page = await signedIn('ken-cultures');
      await page.getByRole('link', { name: said(way).harvest }).click();
      await page.getByRole('button', { name: said(way).record }).click();
      await page.getByText(said(way).problem).waitFor();
      await page.getByText(said(way).wrong).waitFor();
      await page.context().close();
    },
  },
  'twenty-six people and two who were not there': {
    async go(signedIn, way) {
      const page = await signedIn('ken-cultures');
      await page.getByRole('navigation').getByRole('link', { name: said(way).attendance }).click();
      const team = page.locator('.team').getByRole('combobox');
      assert.ok((await team.count()) >= 20, `a team of ${await team.count()}`);
      await team.nth(1).selectOption({ index: 1 });
      await team.nth(4).selectOption({ index: 2 });
      await page.getByLabel('Après-midi').check();
      await page.getByRole('button', { name: said(way).record }).click();
      const answered = page.getByText(said(way).done, { exact: true }).or(page.getByText(said(way).problem));
      await answered.first().waitFor();
      await page.context().close();
    },
  },
  'a sale in three taps, and its receipt': {
    async go(signedIn, way) {
      const page = await signedIn('kay-tresoriere');
      await page.getByRole('navigation').getByRole('link', { name: said(way).sell }).click();
      await page.getByRole('button', { name: said(way).shirt }).first().click();
      await page.getByRole('button', { name: said(way).cash }).first().click();
      await page.getByText(said(way).sold).first().waitFor();
      assert.match(await page.locator('main').innerText(), /KAY-2021-\d{6}[^]*cinq cents francs/i);
      await page.context().close();
    },
  },
  'a sharing simulated before anybody votes': {
    async go(signedIn, way) {
      const page = await signedIn('kay-tresoriere');
      await page.getByRole('navigation').getByRole('link', { name: said(way).share }).click();
      await page.getByRole('button', { name: said(way).simulate }).first().click();
      await page.waitForLoadState();
      assert.match(await page.locator('main').innerText(), /\d/);
      assert.equal(await page.getByText(said(way).problem).count(), 0);
      await page.context().close();
    },
  },
};
