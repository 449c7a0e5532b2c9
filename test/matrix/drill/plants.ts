/** The guards of the rows, one or two for each. */
import type { RowPlant } from './plant.ts';
import { machinePlants } from './plants-machines.ts';
import { terminalPlants } from './plants-terminals.ts';

export const plants: readonly RowPlant[] = [...machinePlants, ...terminalPlants].sort((a, b) => a.row - b.row);
