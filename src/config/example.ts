/** Text made from the schema: the commented example and the reference page. Nothing here repeats a default or a bound. */
import { type FieldNode, fieldsOf } from './describe.ts';
import { environmentSchema } from './environment.ts';
import type { Bilingual } from './fields.ts';
import { configSchema } from './schema.ts';

type Lang = keyof Bilingual;

/** A `gerbang.yaml` with every field, its help above it. Optional fields are commented out. It passes `check-config`. */
export function exampleConfig(lang: Lang = 'id'): string {
  const head: Bilingual = {
    id: '# Konfigurasi Gerbang. Periksa dengan: gerbang check-config gerbang.yaml',
    en: '# Configuration of Gerbang. Check it with: gerbang check-config gerbang.yaml',
  };
  return [head[lang], '', ...yamlLines(fieldsOf(configSchema), lang, 0), ''].join('\n');
}

function yamlLines(fields: readonly FieldNode[], lang: Lang, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return fields.flatMap((field) => {
    const help = `${pad}# ${field.help.help[lang]}${hint(field, lang)}`;
    if (field.children === null) return [help, `${pad}${leafLine(field)}`];
    const below = yamlLines(field.children, lang, indent + (field.isList ? 4 : 2));
    const block = [`${pad}${field.key}:`, ...(field.isList ? asItem(below, indent + 2) : below)];
    return [help, ...(field.help.exampleOff === true ? block.map((line) => commentedOut(line, pad)) : block)];
  });
}

function commentedOut(line: string, pad: string): string {
  return `${pad}# ${line.slice(pad.length)}`;
}

/** Turns the lines of an item's keys into a list item: the dash stands before its first key, below that key's help. */
function asItem(lines: readonly string[], indent: number): string[] {
  const first = lines.findIndex((line) => !line.trimStart().startsWith('#'));
  const pad = ' '.repeat(indent);
  return lines.map((line, index) => {
    if (index > first) return line;
    return index < first ? pad + line.trimStart() : `${pad}- ${line.trimStart()}`;
  });
}

function hint(field: FieldNode, lang: Lang): string {
  return field.children === null ? ` (${field.help.allowed[lang]})` : '';
}

function leafLine(field: FieldNode): string {
  const value = field.defaultText ?? field.help.example ?? '';
  const plain = /^[A-Za-z0-9][A-Za-z0-9 ./_-]*$/.test(value) || value.startsWith('${') || field.isList;
  const text = plain ? value : JSON.stringify(value);
  return `${field.required || field.defaultText !== null ? '' : '# '}${field.key}: ${text}`;
}

/** The whole of docs/configuration.md. */
export function configReference(): string {
  return `# Configuration

<!-- Made from the schema by \`gerbang config-reference\`; a test keeps this page and the schema equal. -->

\`gerbang start --config gerbang.yaml\` reads one YAML file once, checks all of it and starts only when nothing is wrong.
\`gerbang check-config gerbang.yaml\` shows every fault at once. \`gerbang example-config\` prints a commented file.

- Unknown keys are refused, so a misspelling is never taken for "not set".
- \`\${NAME}\` is replaced by the environment variable of that name; a variable that is not set is a fault. Its content
  is never shown in any message. Where \`NAME\` is not set, \`NAME_FILE\` may name a file that holds it.
- Values are read as text and converted by the field they stand in: serial \`0012345\` keeps its zeros without quotes.
- YAML anchors and aliases are not supported.
- Office codes, addresses (\`host\` with \`port\`) and serials may occur once in the file; terminal names once in an office.
- Serials of simulated terminals (\`GLADI-…\` of a rehearsal, \`SIM1.5.20-0001\` of the demo) are refused: practice is not real data.

## gerbang.yaml

| Field | Meaning | Allowed | Default |
|---|---|---|---|
${rows(fieldsOf(configSchema), '').join('\n')}

## Environment

Empty variables count as unset.

| Variable | Meaning | Allowed | Default |
|---|---|---|---|
${rows(fieldsOf(environmentSchema), '').join('\n')}

## Example

\`\`\`yaml
${exampleConfig('en').trimEnd()}
\`\`\`
`;
}

function rows(fields: readonly FieldNode[], prefix: string): string[] {
  return fields.flatMap((field) => {
    const name = `${prefix}${field.key}${field.isList ? '[]' : ''}`;
    const preset = field.defaultText === null ? (field.required ? '*required*' : '–') : `\`${field.defaultText}\``;
    const cells = [`\`${name}\``, field.help.help.en, field.help.allowed.en, preset].map((cell) =>
      cell.replaceAll('|', '\\|'),
    );
    return [`| ${cells.join(' | ')} |`, ...rows(field.children ?? [], `${name}.`)];
  });
}
