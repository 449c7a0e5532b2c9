/** From a serial to the page of its machine. */
import type { FastifyRequest } from 'fastify';
import type { BoardSource } from '../board-source.ts';
import { machineAddress } from './list-view.ts';
import { placeOfSerial } from './machine-list.ts';

/** The page of the machine with this serial; null where there is none for this reader. */
export async function addressOfSerial(
  { reader }: FastifyRequest,
  boards: BoardSource,
  serial: string,
): Promise<string | null> {
  const view = await boards.latest();
  const found = view === null || reader === null ? null : placeOfSerial(view.board, reader, serial);
  return found === null ? null : machineAddress(found.office.code, found.machine.name);
}
