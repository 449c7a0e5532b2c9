/**
 * The configuration of the gateway: `gerbang.yaml` and the environment (docs/configuration.md).
 *
 * Read once at start, checked whole, frozen, handed on. Nothing else in Gerbang reads `process.env` or the file.
 */
import { readFile, stat } from 'node:fs/promises';
import { checkConfig, checkEnvironment, type Variables } from './config/check.ts';
import type { Environment } from './config/environment.ts';
import { type ConfigFault, describeFault } from './config/faults.ts';
import type { Config } from './config/schema.ts';
import { withSecretFiles } from './config/secret-files.ts';
import { GerbangError, messageOf } from './errors.ts';

export { parseAddressRange } from './config/address-range.ts';
export { type Checked, checkConfig, checkEnvironment, type Variables } from './config/check.ts';
export type { TokenConfig, WebhookConfig } from './config/consumers-schema.ts';
export { describeValue } from './config/describe-value.ts';
export type { Environment } from './config/environment.ts';
export { configReference, exampleConfig } from './config/example.ts';
export { type ConfigFault, describeFault, type FaultKind } from './config/faults.ts';
export { isHost } from './config/fields.ts';
export { isInNetwork, isWithin, type Network, parseNetwork, plainAddress, privateNetworks } from './config/networks.ts';
export { isQuiet, parseQuietHours, type QuietWindow } from './config/quiet-hours.ts';
export {
  type ClockConfig,
  type Config,
  configSchema,
  type OfficeConfig,
  officeSchema,
  type TerminalConfig,
  terminalSchema,
} from './config/schema.ts';
export { withSecretFiles } from './config/secret-files.ts';
export { isSimulatedSerial, rehearsalPrefix } from './config/simulated.ts';

/** 5,000 offices of 1,000 characters: more is not a configuration. */
const maxFileBytes = 8 * 1024 * 1024;

/**
 * Reads the text of a configuration file.
 *
 * @throws GerbangError CONFIG_UNREADABLE when it is not there, not a file, too large or not UTF-8
 */
export async function readConfigText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) throw new RangeError(`it has ${size} bytes, more than ${maxFileBytes}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    throw new GerbangError(
      'CONFIG_UNREADABLE',
      `Cannot read the configuration ${path}: ${messageOf(cause)}. Check the path and that this user may read it.`,
      { context: { file: path }, cause },
    );
  }
}

/**
 * Checks the text of a configuration.
 *
 * @throws GerbangError CONFIG_INVALID, its message naming every fault; use {@link checkConfig} for faults as data
 */
export function parseConfig(text: string, env: Variables, fileName = 'gerbang.yaml'): Config {
  const checked = checkConfig(text, env);
  if (checked.faults === null) return checked.value;
  throw invalid(fileName, checked.faults);
}

/** {@link readConfigText} and {@link parseConfig}. */
export async function loadConfig(path: string, env: Variables): Promise<Config> {
  const text = await readConfigText(path);
  return parseConfig(text, await withSecretFiles(text, env), path);
}

/**
 * Reads the environment once.
 *
 * @throws GerbangError CONFIG_INVALID naming every variable at fault, never the content of a secret one
 */
export function readEnvironment(env: Variables): Environment {
  const checked = checkEnvironment(env);
  if (checked.faults === null) return checked.value;
  throw invalid('The environment', checked.faults);
}

function invalid(what: string, faults: readonly ConfigFault[]): GerbangError {
  const shown = faults.slice(0, 50).map((fault) => `  ${describeFault(fault, 'en')}`);
  const more = faults.length > shown.length ? [`  … and ${faults.length - shown.length} more`] : [];
  const text = [`${what} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`, ...shown, ...more].join('\n');
  return new GerbangError('CONFIG_INVALID', text, { context: { faults: faults.length } });
}
