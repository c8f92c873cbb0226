// Without it the page shows all there is; with it, it can be searched, and commands copied.
'use strict';
const all = (query, of = document) => [...of.querySelectorAll(query)];
const form = document.getElementById('filter'), find = document.getElementById('find');
const checks = all('.check'), lines = all('.log.all > li');
const text = new Map([...checks, ...lines].map(each => [each, each.textContent.toLowerCase()]));

function show() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const states = all('[aria-pressed="true"]', form).map(button => button.dataset.state);
  const source = document.getElementById('source').value;
  const has = each => words.every(word => text.get(each).includes(word));
  const sources = check => all('.source', check).some(each => each.textContent === source);
  for (const each of checks) {
    each.hidden = !(has(each) && (!states.length || states.includes(each.dataset.state)) && (!source || sources(each)));
  }
  for (const each of lines) {
    const of = all('.chips use', each).map(use => use.getAttribute('href').slice(1));
    each.hidden = !(has(each) && (!states.length || of.some(state => states.includes(state))) && (!source || each.dataset.source === source));
  }
  for (const group of all('.group')) group.hidden = !all('.check', group).some(each => !each.hidden);
  const seen = those => `${those.filter(each => !each.hidden).length} of ${those.length}`;
  const any = words.length || states.length || source;
  document.getElementById('found').textContent = any ? `${seen(checks)} checks, ${seen(lines)} lines of evidence` : '';
}

if (form) {
  form.hidden = false;
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('input', show);
  form.addEventListener('click', event => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.id === 'open') {
      const open = button.textContent === 'Open all';
      for (const each of checks) each.open = open;
      button.textContent = open ? 'Close all' : 'Open all';
    } else {
      button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true');
      show();
    }
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.target.closest('input, select')) {
      event.preventDefault();
      find.focus();
    } else if (event.key === 'Escape' && event.target === find) {
      find.value = '';
      show();
    }
  });
}

for (const place of all('.command')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(place.querySelector('code').textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(place.querySelector('code'));
      button.textContent = 'Selected';
    }
  });
  place.append(button);
}

function opened() {
  const check = /^#check-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (check) { check.open = true; check.hidden = false; check.scrollIntoView(); }
}
addEventListener('hashchange', opened);
opened();

let closed = [];
addEventListener('beforeprint', () => { closed = all('details:not([open])'); for (const each of closed) each.open = true; });
addEventListener('afterprint', () => { for (const each of closed) each.open = false; });
