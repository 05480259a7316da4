// What a page gains with a script; every page does its whole work without it.
(() => {
  'use strict';
  const who = document.body.dataset.person || '';
  const store = name => 'brouillon:' + who + ':' + name;
  const safe = work => { try { return work(); } catch (_) { return null; } };

  // A box that tells a problem is read first.
  const problem = document.getElementById('probleme');
  if (problem) problem.focus();

  // Who is there is counted while the sheet is filled in; the book says whether it suffices.
  const sheet = document.querySelector('[data-say]');
  const marks = [...document.querySelectorAll('input[data-college]')];
  for (const mark of sheet ? marks : []) {
    mark.addEventListener('change', () => {
      const here = marks.filter(e => e.checked && e.value === 'present');
      const colleges = new Set(here.map(e => e.dataset.college)).size;
      sheet.lastElementChild.textContent = sheet.dataset.say.replace('{n}', here.length).replace('{c}', colleges);
      sheet.firstElementChild.hidden = true;
    });
  }

  // Sent once, however often it is tapped.
  for (const form of document.querySelectorAll('form[method=post]')) {
    form.addEventListener('submit', event => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = 'yes';
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }
  addEventListener('pageshow', () => document.querySelectorAll('form').forEach(form => delete form.dataset.sent));

  // A draft lives in this browser through a cut of the wifi; forms about people leave none.
  for (const form of document.querySelectorAll('form[data-draft]')) {
    const name = store(form.dataset.draft);
    const own = [...form.elements].filter(e => e.name && e.type !== 'submit' && e.name !== '_date' && e.type !== 'password');
    const kept = safe(() => JSON.parse(localStorage.getItem(name)));
    const fresh = !problem && !location.search;
    if (kept && fresh) {
      for (const e of own) {
        const values = kept[e.name];
        if (!values) continue;
        if (e.type === 'checkbox' || e.type === 'radio') e.checked = values.includes(e.value);
        else e.value = values.shift() ?? e.value;
      }
    }
    const keep = () => safe(() => {
      const now = {};
      for (const e of own) {
        if ((e.type === 'checkbox' || e.type === 'radio') ? e.checked : e.value) (now[e.name] ||= []).push(e.value);
      }
      localStorage.setItem(name, JSON.stringify(now));
    });
    form.addEventListener('input', keep);
    form.addEventListener('change', keep);
  }
  // What was recorded needs no draft any more; whoever leaves takes theirs along.
  const done = document.querySelector('[data-done]');
  if (done) safe(() => localStorage.removeItem(store(done.dataset.done)));
  for (const form of document.querySelectorAll('form[action="/deconnexion"]')) {
    form.addEventListener('submit', () => safe(() => {
      Object.keys(localStorage).filter(key => key.startsWith('brouillon:' + who + ':')).forEach(key => localStorage.removeItem(key));
    }));
  }

  // Paper comes from the browser's own printing.
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => print());
  }
  document.querySelectorAll('.noscript').forEach(e => { e.hidden = true; });
})();
