import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, join, toText } from '../../src/web/html.ts';
import { judged } from '../tools/judged.ts';

test('text is escaped, pieces are kept, absent values leave nothing', () => {
  const inner = html`<b>${'a & b'}</b>`;
  const page = html`<p title="${'"x" \'y\''}">${'<script>'}${inner}${7}${null}${undefined}${false}${[inner, 'ü']}</p>`;
  expect(toText(page)).toBe(
    '<p title="&quot;x&quot; &#39;y&#39;">&lt;script&gt;<b>a &amp; b</b>7<b>a &amp; b</b>ü</p>',
  );
});

test('what only looks like a finished piece is escaped all the same', () => {
  // An object from outside cannot carry the symbol that marks a piece; its text must not slip through.
  const forged: unknown = JSON.parse('{"markup":"<script>"}');
  expect(() => toText(html`<p>${forged as string}</p>`)).not.toThrow();
  expect(toText(html`<p>${forged as string}</p>`)).not.toContain('<script>');
});

test('no text at all can open a tag, end an attribute or begin an entity', judged, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const shown = toText(html`${text}`);
      expect(shown).not.toMatch(/[<>"']/);
      expect(shown).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
    }),
  );
});

test.each([
  ['a right-to-left override', '\u202e'],
  ['an escape character', '\u001b'],
  ['a NUL', '\u0000'],
  ['a C1 control', '\u009b'],
  ['a line separator', '\u2028'],
])('%s cannot reorder or hide text', (_what, char) => {
  expect(toText(html`${`a${char}b`}`)).toBe('a\ufffdb');
});

test('an attribute without quotes is refused where it is written', () => {
  expect(() => html`<p title=${'x'}></p>`).toThrow('quotes');
  expect(toText(html`<a href="/?lang=${'id'}"></a>`)).toBe('<a href="/?lang=id"></a>');
});

test('pieces are joined with what stands between them escaped too', () => {
  expect(toText(join(['a', html`<i>b</i>`], ' & '))).toBe('a &amp; <i>b</i>');
});
