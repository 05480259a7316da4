// Debian's Firefox reads the pages too: the door, the home page and a recorded harvest, by the same words.
import puppeteer from 'puppeteer-core';

export async function firefox(base, out) {
  const executablePath = process.env.FIREFOX || '/usr/bin/firefox-esr';
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 360, height: 740 });
    await page.goto(`${base}/connexion?site=ken&qui=person/ken-cultures`);
    await Promise.all([page.waitForNavigation(), page.click('button.main')]);
    for (const path of ['/', '/recoltes/nouvelle', '/tableau-de-bord', '/rapports/harvest?periode=2020/2021']) {
      await page.goto(base + path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) throw new Error(`${path} is ${wide} px too wide`);
      await page.screenshot({ path: `${out}/firefox${path.replace(/[^a-z0-9]+/gi, '-')}.png` });
    }
    await page.goto(`${base}/recoltes/nouvelle`);
    await page.evaluate(() => document.querySelector('input[type=radio]').click());
    await page.type('#c-quantity', '80');
    await Promise.all([page.waitForNavigation(), page.click('button.main')]);
    const text = await page.evaluate(() => document.querySelector('main').innerText);
    if (!text.includes("C'est enregistré")) throw new Error(`not recorded: ${text.slice(0, 200)}`);
  } finally {
    await browser.close();
  }
}
