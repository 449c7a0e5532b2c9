/** `gerbang account`: for whoever has the machine, above all when the only operator is locked out. */
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import type { Actor } from '../accounts/manage.ts';
import { type Role, roles } from '../accounts/permissions.ts';
import { GerbangError } from '../errors.ts';
import { frame } from '../words/commands.ts';
import { accountCommand as words } from '../words/settings.ts';
import { choiceArgument, jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withWholeDatabase } from './database-work.ts';
import { printable, table, writeJson } from './output.ts';

interface CreateOptions {
  readonly name: string;
  readonly role: Role;
  readonly office?: string;
  readonly url: string;
}

export function addAccountCommand(program: Command, cli: Cli): void {
  const account = program.command('account').description(cli.say(words.account));
  const urlOption = () => new Option('--url <URL>', cli.say(words.url)).default('http://127.0.0.1:8080');

  account
    .command('list')
    .description(cli.say(words.list))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: { json?: boolean }) => list(cli, options.json === true));
  account
    .command('create <login>')
    .description(cli.say(words.create))
    .requiredOption('--name <NAME>', cli.say(words.name))
    .addOption(
      new Option('--role <ROLE>', cli.say(words.role)).argParser(choiceArgument(...roles)).makeOptionMandatory(),
    )
    .option('--office <CODE>', cli.say(words.office))
    .addOption(urlOption())
    .action((login: string, options: CreateOptions) => create(cli, login, options));
  account
    .command('link <login>')
    .description(cli.say(words.link))
    .addOption(urlOption())
    .action(async (login: string, { url }: { url: string }) => {
      const { renewLink } = await import('../accounts/manage.ts');
      const secret = await withWholeDatabase(cli, 'account', ({ db }) => renewLink(db, me(), login));
      if (secret === null) throw new GerbangError('USAGE_INVALID', 'There is no such account, or it is disabled.');
      tellLink(cli, url, secret);
    });
  account
    .command('disable <login>')
    .description(cli.say(words.disable))
    .action((login: string) => disable(cli, login));
}

/** Who sits at this machine. */
function me(): Actor {
  return { actorKind: 'command', actor: userInfo().username };
}

async function list(cli: Cli, asJson: boolean): Promise<void> {
  const { readAccounts } = await import('../store/accounts.ts');
  const accounts = await withWholeDatabase(cli, 'account', ({ db }) => readAccounts(db));
  if (asJson) return writeJson(cli.stdout, accounts);
  const rows = accounts.map(({ login, name, role, officeCode, hasPassword, disabledAtMs }) => [
    printable(login),
    printable(name),
    role,
    officeCode === null ? '*' : printable(officeCode),
    disabledAtMs !== null ? 'disabled' : hasPassword ? 'active' : 'invited',
  ]);
  cli.stdout.write(table(['login', 'name', 'role', 'office', 'state'], rows));
}

async function create(cli: Cli, login: string, { name, role, office, url }: CreateOptions): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._@-]{1,59}$/.test(login))
    throw new GerbangError('USAGE_INVALID', 'A login has 2 to 60 lower-case letters, digits, dots, dashes or @.');
  if (role === 'operator' && office !== undefined)
    throw new GerbangError('USAGE_INVALID', 'An operator is for all offices: leave --office out.');
  const { addAccount } = await import('../accounts/manage.ts');
  const secret = await withWholeDatabase(cli, 'account', ({ db }) =>
    addAccount(db, me(), { login, name, role, officeCode: office ?? null }),
  );
  if (secret === null) throw new GerbangError('USAGE_INVALID', 'The login is taken.');
  tellLink(cli, url, secret);
}

async function disable(cli: Cli, login: string): Promise<void> {
  const { alterAccount } = await import('../accounts/manage.ts');
  const result = await withWholeDatabase(cli, 'account', ({ db }) => alterAccount(db, me(), login, { disabled: true }));
  if (result === 'missing') throw new GerbangError('USAGE_INVALID', 'There is no such account.');
  if (result === 'last-operator')
    throw new GerbangError('USAGE_INVALID', 'This is the only operator who can sign in. Make another one first.');
  cli.stdout.write(`${cli.say(words.disabled)} ${printable(login)}\n`);
}

function tellLink(cli: Cli, url: string, secret: string): void {
  cli.stdout.write(`${cli.say(words.once)}\n${url.replace(/\/+$/, '')}/masuk/tautan?kode=${secret}\n`);
}
