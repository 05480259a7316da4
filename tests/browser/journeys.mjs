// What people do in a day, by what is written on the screen and nothing else.
import assert from 'node:assert/strict';

const words = {
  fr: { harvest: 'Noter une récolte', quantity: 'Quantité pesée', record: 'Enregistrer', done: "C'est enregistré", problem: 'Il y a un problème', attendance: 'Pointage', wrong: 'Rien n\'a été enregistré.' },
  en: { harvest: 'Write down a harvest', quantity: 'Quantity', record: 'Record', done: 'Recorded', problem: 'There is a problem', attendance: 'Attendance', wrong: 'Nothing was recorded.' },
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
};
