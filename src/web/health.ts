/** `/readyz`: named checks, each with a deadline, because a check that hangs is an answer too. */
/** Something that must work before this gateway can do its work. Resolves when it does. */
export type Check = () => Promise<unknown>;

/** The outcome of one check. */
export interface CheckResult {
  readonly ok: boolean;
  /** A code of `src/errors.ts` or of the system, or that no answer came; absent when ok. */
  readonly reason?: string;
}

const checkWithinMs = 2_000;

/** Runs all checks side by side. Never throws. */
export async function runChecks(checks: Readonly<Record<string, Check>>): Promise<Record<string, CheckResult>> {
  const results = Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const);
  return Object.fromEntries(await Promise.all(results));
}

async function runCheck(check: Check): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, reason: `no answer within ${checkWithinMs / 1000} s` }),
      checkWithinMs,
    );
  });
  const asked = Promise.resolve()
    .then(check)
    .then(
      (): CheckResult => ({ ok: true }),
      (error: unknown): CheckResult => ({ ok: false, reason: reasonOf(error) }),
    );
  const result = await Promise.race([asked, late]);
  clearTimeout(timer);
  return result;
}

/** Only a code leaves the process here: the address of a database is nobody's business. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL';
}
