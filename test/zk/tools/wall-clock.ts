import type { HostClock } from '../../../src/zk/driver.ts';

/** The host's clock, as main would hand it in. */
export const wallClock: HostClock = { nowMs: () => performance.timeOrigin + performance.now() };
