import type { FleetTerminal } from './fleet.ts';
import type { ScenarioEvent } from './scenario.ts';

/** Lets the events of a scenario happen at their time, until stopped. */
export function startTimeline(
  events: readonly ScenarioEvent[],
  terminals: readonly FleetTerminal[],
  speed: number,
): { stop(): void } {
  const timers = new Set<NodeJS.Timeout>();

  function schedule(event: ScenarioEvent, seconds: number): void {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        for (const one of chosen(event, terminals)) happen(event, one);
        if (event.everySeconds !== undefined) schedule(event, event.everySeconds);
      },
      (seconds * 1000) / speed,
    );
    timers.add(timer);
  }

  for (const event of events) schedule(event, event.atSeconds);
  return {
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function chosen(event: ScenarioEvent, terminals: readonly FleetTerminal[]): readonly FleetTerminal[] {
  const wanted = event.terminal;
  if (wanted === 'all') return terminals;
  return terminals.filter((one) => one.index === wanted || one.serial === wanted);
}

function happen(event: ScenarioEvent, { terminal, ...plug }: FleetTerminal): void {
  switch (event.do) {
    case 'reset-clock':
      terminal.resetClock();
      break;
    case 'step-clock':
      terminal.stepClock(event.bySeconds * 1000);
      break;
    case 'stop-clock':
      terminal.stopClock(event.forSeconds * 1000);
      break;
    case 'offline':
      void plug.offline();
      break;
    case 'online':
      plug.online().catch((error: unknown) => console.error(`${terminal.serial} cannot come online: ${error}`));
      break;
    case 'reboot':
      void plug.reboot(event.downSeconds * 1000);
      break;
    case 'clear-log':
      terminal.clearLog();
      break;
    case 'set-faults':
      terminal.setFaults(event.faults);
      break;
    case 'punch':
      terminal.punch({ pin: event.pin });
      break;
  }
}
