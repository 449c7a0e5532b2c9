// Live rows, fresh numbers, and keeping your place. The page is complete without this file.

/** Rows kept in the list; the server sends no more at once either. */
const rowsShown = 60;
/** The gateway says every five seconds that it lives; three misses mean it is gone. */
const silentAfterMs = 16_000;

const rows = document.getElementById('masuk');
const lostNotice = document.getElementById('putus');
const clock = document.getElementById('jam');

/** Server time minus this computer's time, for wall screens are rarely set right; null until the server said its own. */
let ahead = null;
let heardAt = Date.now();
let source = null;

function piece(markup) {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content;
}

function addRows(markup) {
  const fresh = [...piece(markup).children];
  for (const row of fresh) row.classList.add('new');
  rows.prepend(...fresh);
  while (rows.children.length > rowsShown) rows.lastElementChild.remove();
  document.getElementById('masuk-kosong').hidden = rows.children.length > 0;
}

function replacePiece({ id, html }) {
  const old = document.getElementById(id);
  // An office this page has never heard of: its list is from another time.
  if (old === null) location.reload();
  else if (old.outerHTML !== html) old.replaceWith(piece(html));
  if (!id.startsWith('opd-')) return;
  refreshMachines(id.slice('opd-'.length));
  sortOffices();
}

/** The worst first, unless somebody is at the list: nothing is pulled away from under a hand. */
function sortOffices() {
  const list = document.querySelector('.offices');
  if (list.matches(':hover, :focus-within')) return;
  const placeOf = (item) => [Number(item.querySelector('.row').dataset.rank), item.querySelector('.name').textContent];
  const isBefore = ([rank, name], [other, itsName]) => rank < other || (rank === other && name < itsName);
  for (const item of [...list.children].slice(1)) {
    let before = item;
    while (before.previousElementSibling && isBefore(placeOf(item), placeOf(before.previousElementSibling)))
      before = before.previousElementSibling;
    if (before !== item) list.insertBefore(item, before);
  }
}

// ---- Machines of an office, fetched when somebody opens it ----

function officeOf(code) {
  return document.querySelector(`details.office[data-office="${CSS.escape(code)}"]`);
}

async function refreshMachines(code) {
  const office = officeOf(code);
  if (!office?.open) return;
  const answer = await fetch(`/opd/${encodeURIComponent(code)}/mesin`).catch(() => null);
  if (!answer?.ok || !office.open) return;
  const box = office.querySelector('.machines-of');
  // Somebody is reading technical details or stands in the table with the keyboard: do not pull it away.
  if (box.querySelector('details[open]') || box.contains(document.activeElement)) return;
  box.replaceChildren(piece(await answer.text()));
}

document.addEventListener(
  'toggle',
  (event) => {
    const office = event.target;
    if (!(office instanceof HTMLDetailsElement) || !office.classList.contains('office')) return;
    const address = new URL(location.href);
    address.searchParams.delete('lang');
    if (office.open) {
      refreshMachines(office.dataset.office);
      address.searchParams.set('opd', office.dataset.office);
    } else if (address.searchParams.get('opd') === office.dataset.office) {
      address.searchParams.delete('opd');
    }
    history.replaceState(null, '', address);
  },
  true,
);

// ---- The stream ----

function heard() {
  heardAt = Date.now();
  document.body.classList.remove('lost');
  lostNotice.hidden = true;
}

function connect() {
  const address = new URLSearchParams({ after: rows.dataset.cursor, lang: document.documentElement.lang });
  source = new EventSource(`/events?${address}`);
  const on = (name, act) =>
    source.addEventListener(name, (event) => {
      heard();
      if (event.lastEventId) rows.dataset.cursor = event.lastEventId;
      act(JSON.parse(event.data));
    });
  on('rows', ({ html }) => addRows(html));
  on('all-rows', ({ html }) => {
    rows.replaceChildren();
    addRows(html);
  });
  on('fragment', replacePiece);
  on('beat', ({ nowMs }) => {
    ahead = nowMs - Date.now();
  });
  on('reload', () => location.reload());
}

/** `07:31:04 WIB`: in the zone of the page, not of this computer. */
function timeText(atMs) {
  const { zone, label } = clock.dataset;
  const options = { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  return `${new Intl.DateTimeFormat('en-GB', options).format(atMs)} ${label}`;
}

/** Once a second: the clock, and whether the gateway still speaks. */
function tick() {
  if (clock && ahead !== null) clock.textContent = timeText(Date.now() + ahead);
  if (!rows || Date.now() - heardAt < silentAfterMs) return;
  if (lostNotice.hidden) {
    lostNotice.querySelector('time').textContent = timeText(heardAt + (ahead ?? 0));
    lostNotice.hidden = false;
    document.body.classList.add('lost');
  }
  // The browser gives up for good after an error answer, and never notices a line that is simply dead.
  heardAt = Date.now() - silentAfterMs + 10_000;
  source?.close();
  connect();
}

if (rows) connect();
else if (document.querySelector('[data-retry]')) setTimeout(() => location.reload(), 5_000);
tick();
setInterval(tick, 1_000);
