// A person's hand and eye on a page: it knows what is written there, and nothing else. The same eye looks into both
// browsers; only the touch differs.
import assert from 'node:assert/strict';
import { english } from './words.mjs';

/** Runs inside the page: the visible control of a sort that reads so, inside a framed part of the page when one is named. */
const find = ([sort, name, part]) => {
  const told = text => (text ?? '').replace(/\s+/g, ' ').trim();
  const seen = e => e.checkVisibility({ visibilityProperty: true }) && getComputedStyle(e).clipPath === 'none';
  const first = (all, says) => all.find(e => says(e) === name) ?? all.find(e => says(e).startsWith(name));
  const title = e => told([...e.children].find(c => /^(LEGEND|H2|H3)$/.test(c.tagName))?.innerText);
  const parts = part ? [...document.querySelectorAll('fieldset, section, article')].filter(e => seen(e) && title(e).startsWith(part)) : [document];
  const says = e => told([...e.labels ?? []].map(l => l.innerText).join(' ')) || told(e.getAttribute('aria-label') ?? e.innerText);
  const sorts = { press: 'a, button, summary', tick: '[type=radio], [type=checkbox]', fill: 'textarea, input:not([type=radio], [type=checkbox], [type=hidden])', pick: 'select' };
  return first(parts.flatMap(e => [...e.querySelectorAll(sorts[sort])]).filter(seen), says) ?? null;
};

/** What the page says, as a person reads it. */
const words = () => document.querySelector('main').innerText.replace(/[\u00a0\u202f]/g, ' ');

/** Enough of a page to see where one is. */
const short = text => text.slice(0, 1500);

export class Hand {
  /** `touch` knows one browser: `at`, `see`, `press`, `fill`, `pick`, `end`. */
  constructor(touch, language) {
    Object.assign(this, { touch, language, taps: 0 });
  }

  /** A text of the screen in the language of the visit; journeys are written in French. */
  say(text) {
    return text && this.language === 'en' ? english(text) : text;
  }

  async control(sort, name, part) {
    const found = await this.touch.at(find, [sort, this.say(name), this.say(part)]);
    return found ?? assert.fail(`nothing to ${sort} reads "${this.say(name)}"${part ? ` in "${this.say(part)}"` : ''} on:\n${short(await this.read())}`);
  }

  /** Taps a link, a button or a fold. */
  async press(name, part) {
    this.taps += 1;
    await this.touch.press(await this.control('press', name, part));
  }

  /** Taps a choice. */
  async tick(name, part) {
    this.taps += 1;
    await this.touch.press(await this.control('tick', name, part));
  }

  /** Types into a field. */
  async fill(label, text, part) {
    await this.touch.fill(await this.control('fill', label, part), text);
  }

  /** Chooses from a list by what the choice reads. */
  async pick(label, choice, part) {
    this.taps += 1;
    const box = await this.control('pick', label, part);
    const says = this.say(choice);
    const value = await this.touch.see((select, says) => {
      const all = [...select.options].map(o => [o.value, o.innerText.replace(/\s+/g, ' ').trim()]);
      return (all.find(o => o[1] === says) ?? all.find(o => o[1].startsWith(says)))?.[0] ?? null;
    }, box, says);
    assert.notEqual(value, null, `"${label}" offers no "${says}"`);
    await this.touch.pick(box, value);
  }

  /** What a field holds. */
  async holds(label, part) {
    return this.touch.see(e => e.tagName === 'SELECT' ? e.selectedOptions[0].innerText : e.value, await this.control(await this.sort(label, part), label, part));
  }

  async sort(label, part) {
    const found = await this.touch.at(find, ['fill', this.say(label), this.say(part)]);
    return found ? 'fill' : 'pick';
  }

  /** What the page says. */
  async read() {
    return this.touch.see(words);
  }

  /** Reads these on the page, all of them. */
  async sees(...texts) {
    const page = await this.read();
    for (const text of texts) assert.ok(page.toLowerCase().includes(this.say(text).toLowerCase()), `"${this.say(text)}" is not on:\n${short(page)}`);
  }

  /** Does not read this on the page. */
  async misses(text) {
    const page = await this.read();
    assert.ok(!page.includes(this.say(text)), `"${this.say(text)}" is on:\n${short(page)}`);
  }

  async end() {
    await this.touch.end();
  }
}

/** Playwright's chromium. */
export function chromiumTouch(page) {
  const settled = () => page.waitForLoadState();
  return {
    at: async (look, what) => (await page.evaluateHandle(look, what)).asElement(),
    see: (look, element, more) => element ? element.evaluate(look, more) : page.evaluate(look),
    press: async element => { await element.click(); await settled(); },
    fill: (element, text) => element.fill(text),
    pick: (element, value) => element.selectOption(value),
    end: () => page.context().close(),
  };
}

/** Puppeteer's firefox. */
export function firefoxTouch(page, context) {
  return {
    at: async (look, what) => (await page.evaluateHandle(look, what)).asElement(),
    see: (look, element, more) => element ? element.evaluate(look, more) : page.evaluate(look),
    async press(element) {
      // Whether the tap leaves the page is for the page to say: a script of ours may have kept it.
      await element.evaluate(e => {
        window.leaves = false;
        const told = event => { window.leaves = !event.defaultPrevented; };
        addEventListener(e.closest('a') ? 'click' : 'submit', told, { once: true });
      });
      const left = page.waitForNavigation({ waitUntil: 'load' }).catch(() => {});
      await element.click();
      const leaves = await page.evaluate(() => window.leaves).catch(() => true);
      if (leaves !== false) await left;
    },
    async fill(element, text) {
      await element.evaluate((e, text) => { e.value = text; e.dispatchEvent(new Event('input', { bubbles: true })); }, text);
    },
    pick: (element, value) => element.select(value),
    end: () => context.close(),
  };
}
