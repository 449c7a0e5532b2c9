import { createSessions, type Sessions } from './session.ts';
import { TcpPort } from './tcp.ts';
import type { Terminal } from './terminal.ts';
import { UdpPort } from './udp.ts';

/** A terminal on the network. */
export type TerminalServer = {
  readonly host: string;
  readonly port: number;
  /** Unplugs it: connections break, new ones are refused. Its clock runs on and people still punch. */
  offline(): Promise<void>;
  /** Plugs it in again at the same port. */
  online(): Promise<void>;
  /** A restart: every session is forgotten, the network is away for `downMs`. */
  reboot(downMs: number): Promise<void>;
  stop(): Promise<void>;
};

type Address = { host: string; port: number };
type Port = TcpPort | UdpPort;

/** Another program may hold the UDP port with the number of a free TCP port: then the next free one is tried. */
const FREE_PORT_TRIES = 5;

/**
 * Puts a terminal on the network, on TCP, UDP or both as its profile has it.
 *
 * @param address port 0 takes a free one; it stays the same over offline and online
 * @throws Error when the port is taken
 */
export async function serveTerminal(terminal: Terminal, address: Address): Promise<TerminalServer> {
  const sessions = createSessions(terminal);
  let ports = await openPorts(terminal, sessions, address);
  const port = ports[0]?.port ?? address.port;
  let rebooting: NodeJS.Timeout | undefined;
  let stopped = false;
  /** Plugging in waits until unplugging is done, or the port would still be taken. */
  let plug: Promise<void> = Promise.resolve();

  function online(): Promise<void> {
    const done = plug.then(async () => {
      if (!stopped && ports.length === 0) ports = await openPorts(terminal, sessions, { host: address.host, port });
    });
    plug = done.catch(() => undefined);
    return done;
  }

  function offline(): Promise<void> {
    plug = plug.then(async () => {
      await Promise.all(ports.splice(0).map((one) => one.close()));
    });
    return plug;
  }

  async function reboot(downMs: number): Promise<void> {
    sessions.clear();
    terminal.enable();
    terminal.switched('off');
    clearTimeout(rebooting);
    rebooting = setTimeout(() => {
      terminal.switched('on');
      online().catch((error: unknown) => console.error(`${terminal.serial} cannot come back: ${error}`));
    }, downMs);
    await offline();
  }

  terminal.onReboot = (downMs) => void reboot(downMs);
  return {
    host: address.host,
    port,
    offline,
    online,
    reboot,
    async stop() {
      stopped = true;
      clearTimeout(rebooting);
      sessions.close();
      await offline();
    },
  };
}

async function openPorts(terminal: Terminal, sessions: Sessions, { host, port }: Address): Promise<Port[]> {
  const { transport } = terminal.profile;
  if (transport === 'udp') return [await UdpPort.open(terminal, sessions, { host, port })];
  for (let tries = 1; ; tries += 1) {
    const tcp = await TcpPort.open(terminal, sessions, { host, port });
    if (transport === 'tcp') return [tcp];
    try {
      return [tcp, await UdpPort.open(terminal, sessions, { host, port: tcp.port })];
    } catch (error) {
      await tcp.close();
      if (port !== 0 || tries >= FREE_PORT_TRIES) throw error;
    }
  }
}
