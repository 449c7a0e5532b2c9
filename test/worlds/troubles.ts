/** Letting troubles befall a world, and ending them. */

import type { HouseTrouble, TerminalTrouble, Trouble } from './plan.ts';
import { fairWeather, type Weather, type WorldTerminal } from './terminal.ts';
import type { Scene } from './world.ts';

type End = () => void;

/** How long a stopped gateway stays away, in milliseconds: longer than a stop may take. */
const restartMs = 5_000;

/** One trouble begins; where it lasts, its end is on its way. All end with the troubled time. */
export function befall(trouble: Trouble, scene: Scene): void {
  const { kernel } = scene.town;
  const what = trouble.trouble;
  const where = 'terminal' in trouble ? `terminal ${trouble.terminal}` : `gateway ${trouble.gateway}`;
  kernel.note(where, `trouble ${JSON.stringify(what)}`);
  const end = 'terminal' in trouble ? atTerminal(trouble.trouble, trouble.terminal, scene) : atHome(trouble, scene);
  if (end === null) return;
  const forMs = 'forMs' in what ? what.forMs : 'downMs' in what ? what.downMs : restartMs;
  kernel.at(Math.min(kernel.nowMs() + forMs, scene.plan.troubledUntilMs), end);
}

const weathers: Partial<Record<TerminalTrouble['kind'], Partial<Weather>>> = {
  refuses: { refuse: 0.7 },
  hangs: { hang: 0.3 },
  drops: { cut: 0.15 },
  short: { short: 0.6 },
  miscounts: { miscount: 0.6 },
  slow: { slow: 15 },
};

/** @returns how it ends; null where it is over at once */
function atTerminal(trouble: TerminalTrouble, index: number, { terminals }: Scene): End | null {
  const terminal = terminals[index];
  if (terminal === undefined) return null;
  switch (trouble.kind) {
    case 'offline':
      terminal.setOnline(false);
      return () => terminal.setOnline(true);
    case 'hides':
      terminal.hideAllBut(Math.floor(trouble.share * terminal.records().length));
      return () => terminal.hideAllBut(null);
    case 'impostor': {
      const neighbour = terminals[(index + 1) % terminals.length];
      become(terminal, trouble.as === 'neighbour' && neighbour !== undefined ? neighbour.plan.serial : 'STRANGER');
      return () => become(terminal, terminal.plan.serial);
    }
    case 'restart':
      terminal.restart();
      return null;
    case 'clear':
      terminal.clear();
      return null;
    case 'spoil':
      terminal.spoil(Math.floor(trouble.share * terminal.records().length), 6);
      return null;
    case 'reset-clock':
      terminal.restart();
      terminal.resetClock();
      return null;
    case 'step-clock':
      terminal.stepClock(trouble.byMs);
      return null;
    case 'stop-clock':
      terminal.stopClock(trouble.forMs);
      return null;
    default:
      terminal.weather = { ...terminal.weather, ...weathers[trouble.kind] };
      return () => {
        terminal.weather = fairWeather;
      };
  }
}

/** Another machine stands there: whoever talked to the one before it is cut off. */
function become(terminal: WorldTerminal, serial: string): void {
  terminal.serial = serial;
  terminal.restart();
}

function atHome({ gateway: index, trouble }: { gateway: number; trouble: HouseTrouble }, scene: Scene): End | null {
  const { town, gateways } = scene;
  const gateway = gateways[index];
  if (gateway === undefined) return null;
  switch (trouble.kind) {
    case 'crash':
      gateway.life.killAtCall(trouble.calls, trouble.when);
      return () => scene.restart(index);
    case 'freeze':
      gateway.life.freeze();
      return () => gateway.life.thaw();
    case 'store-away':
      town.ways.storeAway = true;
      return () => {
        town.ways.storeAway = false;
      };
    case 'queue-away':
      town.queue.setAway(true);
      return () => town.queue.setAway(false);
    case 'commit-unknown':
      town.ways.commitUnknown = 0.5;
      return () => {
        town.ways.commitUnknown = 0;
      };
    case 'flush':
      town.queue.flush();
      return null;
    case 'stop-and-start':
      void gateway.stop();
      return () => scene.restart(index);
    case 'restore':
      scene.restore(trouble.ageMs);
      return null;
    case 'step-host':
      gateway.stepHost(trouble.byMs);
      return null;
  }
}
