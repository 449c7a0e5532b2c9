/** The configuration of the gateway: `gerbang.yaml` and the environment. See docs/configuration.md. */
export { type Environment, environmentOf } from './config/environment.ts';
export { isQuiet, parseQuietHours, type QuietWindow } from './config/quiet-hours.ts';
export type { ClockConfig, Config, OfficeConfig, TerminalConfig } from './config/schema.ts';
