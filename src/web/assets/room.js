// Small comforts of pages with forms and lists. Every page is whole without this file.

// The first thing that is wrong gets the focus, so that nobody has to search for it.
document.querySelector('.errors')?.focus();

// A form that was sent is not sent twice by an impatient finger.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '';
  // Coming back with the browser's own button must find a form that works.
  addEventListener('pageshow', () => delete form.dataset.sent, { once: true });
});

// What cannot be undone asks once, naming the thing.
document.addEventListener('click', (event) => {
  const asking = event.target instanceof Element ? event.target.closest('[data-ask]') : null;
  if (asking !== null && !confirm(asking.dataset.ask)) event.preventDefault();
});

// Filters apply when they are chosen.
document.addEventListener('change', (event) => {
  const field = event.target;
  if (field instanceof HTMLSelectElement && field.form?.dataset.auto !== undefined) field.form.submit();
});

// A choice that changes what can be chosen next presses its button, which then need not be seen.
for (const choice of document.querySelectorAll('[data-press]')) {
  const pressed = document.getElementById(choice.dataset.press);
  if (!(pressed instanceof HTMLButtonElement)) continue;
  pressed.hidden = true;
  // Not `requestSubmit`: phones of ten years ago do not know it.
  choice.addEventListener('change', () => pressed.click());
}

// Something is still being done: look again soon, unless somebody is typing.
const waiting = document.querySelector('[data-reload]');
if (waiting !== null) {
  const again = () => {
    const isTyping = document.activeElement?.matches('input, select, textarea') ?? false;
    if (isTyping || document.hidden) setTimeout(again, 2_000);
    else location.reload();
  };
  setTimeout(again, Number(waiting.dataset.reload) * 1_000);
}
