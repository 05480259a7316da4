// What a page gains with a script.
const all = what => [...document.querySelectorAll(what)];
const one = (what, within = document) => within.querySelector(what);
const on = (what, kind, work) => what.addEventListener(kind, work);

// A box that tells a problem is read first.
const problem = one('#probleme');
if (problem) problem.focus();

// Who is there.
const sheet = one('[data-say]');
on(document, 'change', event => {
  if (!event.target.dataset.college) return;
  const here = all('[data-college]:checked').filter(e => e.value === 'present');
  const colleges = new Set(here.map(e => e.dataset.college)).size;
  sheet.lastElementChild.textContent = sheet.dataset.say.replace('{n}', here.length).replace('{c}', colleges);
  sheet.firstElementChild.hidden = true;
});

// A draft outlives a cut of the wifi; forms about people leave none. Its key makes the book take it once; once recorded,
// it stays in its tab for Back to show.
try {
  const mine = 'brouillon:' + document.body.dataset.person + ':';
  const drafts = () => Object.keys(localStorage).filter(name => name.startsWith(mine));
  const { type } = performance.getEntriesByType('navigation')[0];
  if (type === 'navigate' && /[?&]fait=/.test(location.search)) {
    const done = mine + new URL(document.referrer, location).pathname;
    sessionStorage[done] = localStorage[done] || '';
    delete localStorage[done];
  }
  const form = one('[data-draft]'), own = all('[data-draft] [name]:not(button)'), name = mine + location.pathname;
  const isTick = e => /checkbox|radio/.test(e.type);
  const typed = !location.search && (localStorage[name] || type === 'back_forward' && sessionStorage[name]);
  const back = typed && JSON.parse(typed).values;
  if (back) own.forEach(e => {
    const values = back[e.name] || [];
    if (isTick(e)) e.checked = values.includes(e.value);
    else if (values.length) e.value = values.shift();
  });
  const keep = () => {
    const values = {};
    // Not today's date: it may be tomorrow then.
    own.filter(e => isTick(e) ? e.checked : e.value !== e.max)
      .forEach(e => (values[e.name] = values[e.name] || []).push(e.value));
    localStorage[name] = JSON.stringify({ label: form.dataset.draft, values });
  };
  if (form) ['input', 'submit'].forEach(kind => on(form, kind, keep));
  drafts().filter(key => !problem || key !== name).forEach(key => {
    const line = one('#brouillon').cloneNode(true), link = one('a', line), here = back && key === name;
    one('strong', line).textContent = JSON.parse(localStorage[key]).label;
    if (here) link.remove(); else link.href = key.slice(mine.length);
    on(one('button', line), 'click', () => {
      delete localStorage[key];
      if (here) location = location.pathname; else line.remove();
    });
    one('main').prepend(line);
    line.hidden = line.id = '';
  });
  on(one('form[action="/deconnexion"]'), 'submit', () => {
    drafts().forEach(key => delete localStorage[key]);
    sessionStorage.clear();
  });
} catch (_) { /* Nobody is signed in, or nothing is kept. */ }

// Sent once, however often it is tapped.
all('form[method=post]').forEach(form => on(form, 'submit', event => {
  if (event.timeStamp < form.quiet) event.preventDefault();
  else form.quiet = event.timeStamp + 3000;
}));

// The till counts taps without asking the book.
const till = one('form[data-till]');
if (till) {
  const shown = n => n.toLocaleString(document.documentElement.lang) + ' F';
  const whole = (text, unit = 1) => Math.round(text.replace(/\s/g, '').replace(',', '.') * unit) || 0;
  const rows = all('[data-item]'), change = one('#change');
  const sum = () => {
    let total = 0;
    rows.forEach(row => {
      const { item, scale, price } = row.dataset, count = one('.count', row).value.trim(), unit = 10 ** scale;
      const cost = Math.round((whole(one('.price', row).value) || price) * whole(count, unit) / unit);
      one('.cost', row).textContent = shown(cost);
      row.hidden = !count;
      const tile = one(`.product[value="${item}"]`);
      tile.classList.toggle('taken', count);
      one('.taken-count', tile).textContent = count && '× ' + count;
      total += cost;
    });
    one('#total').textContent = shown(total);
    const given = whole(till.elements.given.value), { short, back } = change.dataset;
    change.textContent = given ? (given < total ? short : back) + ' ' + shown(Math.abs(given - total)) : '';
  };
  on(till, 'click', event => {
    const button = event.target.closest('.step, .product');
    if (!button) return;
    event.preventDefault();
    const row = rows.find(r => r.dataset.item === button.value), box = one('.count', row), unit = 10 ** row.dataset.scale;
    const count = whole(box.value, unit) + (button.name === 'plus' ? unit : -unit);
    box.value = count > 0 ? String(count / unit).replace('.', ',') : '';
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
  on(till, 'input', sum);
  sum();
}

// The browser prints.
all('[data-print], .noscript').forEach(e => { e.hidden = !e.hidden; });
all('[data-print]').forEach(e => on(e, 'click', () => print()));
