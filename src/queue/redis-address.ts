/** What `REDIS_URL` may say: one server, servers behind sentinels, or a cluster. */
import { GerbangError } from '../errors.ts';

/** A server that listens somewhere. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Who we are to the servers; absent where they ask nobody. */
export interface RedisAccount {
  readonly username?: string;
  readonly password?: string;
}

/** Where the queue's Redis is. The account holds a secret: never log it. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      /** Name of the master set, as the sentinels know it. */
      readonly name: string;
      readonly database: number;
      readonly account: RedisAccount;
      readonly tls: boolean;
    }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly RedisNode[];
      readonly account: RedisAccount;
      readonly tls: boolean;
    };

const several =
  /^redis(?<tls>s?)\+(?<kind>sentinel|cluster):\/\/(?:(?<user>[^:@/]*):(?<password>[^@/]*)@)?(?<hosts>[^/@?\s]+)(?:\/(?<name>[^/?]+)(?:\/(?<database>\d+))?)?\/?$/;
const defaultPorts = { sentinel: 26_379, cluster: 6_379 } as const;

/**
 * Reads an address: `redis://…` or `rediss://…` for one server,
 * `redis+sentinel://[user:password@]host:port,host:port/NAME[/database]` for servers behind sentinels,
 * `redis+cluster://[user:password@]host:port,host:port` for a cluster; `rediss+…` with TLS.
 *
 * @throws GerbangError CONFIG_INVALID, without the address: it may hold a password
 */
export function parseRedisAddress(text: string): RedisAddress {
  if (/^rediss?:\/\//.test(text)) return { kind: 'single', url: text };
  const { groups } = several.exec(text) ?? {};
  if (groups === undefined) throw invalid('it is none of redis://, rediss://, redis+sentinel://, redis+cluster://');
  const { user = '', password = '', hosts = '', name, database } = groups;
  const kind = groups.kind === 'cluster' ? 'cluster' : 'sentinel';
  const nodes = hosts.split(',').map((host) => nodeOf(host, defaultPorts[kind]));
  const account = {
    ...(user === '' ? {} : { username: decodeURIComponent(user) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
  const tls = groups.tls === 's';
  if (kind === 'cluster') {
    if (name !== undefined) throw invalid('a cluster has no name and no database number');
    return { kind, nodes, account, tls };
  }
  if (name === undefined) throw invalid('the name of the master set is missing: redis+sentinel://host:26379/NAME');
  return { kind, sentinels: nodes, name, database: Number(database ?? 0), account, tls };
}

function nodeOf(text: string, defaultPort: number): RedisNode {
  const { host, v6, port } =
    /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {};
  const name = v6 ?? host;
  const number = port === undefined ? defaultPort : Number(port);
  if (name === undefined || number < 1 || number > 65_535) throw invalid('a host or port in its list is wrong');
  return { host: name, port: number };
}

function invalid(why: string): GerbangError {
  return new GerbangError('CONFIG_INVALID', `REDIS_URL is wrong: ${why}. See docs/operations.md, "Redis".`);
}
