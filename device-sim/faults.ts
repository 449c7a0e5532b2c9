import { z } from 'zod';
import { FAULT_NAMES, type FaultName } from './catalogue.ts';
import type { Random } from './random.ts';

/** One fault as scenarios and tests write it. What `bytes` and `ms` mean is said in the catalogue, per fault. */
export const faultSchema = z.strictObject({
  name: z.enum(FAULT_NAMES),
  /** Probability that it strikes when it could. */
  chance: z.number().min(0).max(1).default(1),
  /** Opportunities left alone before it may strike. */
  after: z.int().min(0).default(0),
  /** How often it strikes at most. */
  times: z.int().min(1).optional(),
  /** Only for requests with this command. */
  command: z.int().min(0).max(65535).optional(),
  /** Reply code, where the fault is one. */
  code: z.int().min(0).max(65535).optional(),
  bytes: z.int().min(0).optional(),
  ms: z.int().min(0).max(600_000).optional(),
});

export type FaultOptions = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

/** The faults a terminal has at present. */
export type Faults = {
  /** Asked where a fault could happen; the answer counts as an opportunity used. */
  strike(name: FaultName, command?: number): Fault | undefined;
  /** The fault if there is one of that name, without using an opportunity. */
  peek(name: FaultName): Fault | undefined;
};

export function createFaults(options: readonly FaultOptions[], random: Random): Faults {
  const armed = options.map((option) => ({ fault: faultSchema.parse(option), seen: 0, struck: 0 }));
  return {
    peek: (name) => armed.find((one) => one.fault.name === name)?.fault,
    strike(name, command) {
      for (const one of armed) {
        const { fault } = one;
        if (fault.name !== name) continue;
        if (fault.command !== undefined && fault.command !== command) continue;
        one.seen += 1;
        if (one.seen <= fault.after) continue;
        if (fault.times !== undefined && one.struck >= fault.times) continue;
        if (!random.chance(fault.chance)) continue;
        one.struck += 1;
        return fault;
      }
      return undefined;
    },
  };
}
