import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { prepareStore } from '../../src/gateway/store-rights.ts';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { alterableEvidence } from '../../src/store/roles.ts';

test('a folder of a version without roles works at the next start, with its data', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-roles-'));
  // As root, the server runs as another user, who must get through.
  await chmod(folder, 0o755);
  try {
    const first = await startEmbeddedPostgres({ dataDir: folder, fsync: false });
    const owner = openDatabase(first.url);
    await prepareStore(owner, { ownerUrl: undefined, holdsQueue: false, log: silentLog() });
    await sql`insert into office values ('kominfo', 'Kominfo', 'Asia/Jakarta')`.execute(owner.db);
    await sql`drop role gerbang_gateway`.execute(owner.db);
    await owner.close();
    await first.stop();
    await rm(join(folder, 'gateway-password'));

    for (let start = 1; start <= 2; start += 1) {
      const postgres = await startEmbeddedPostgres({ dataDir: folder, fsync: false });
      const gateway = openDatabase(postgres.gatewayUrl);
      await prepareStore(gateway, { ownerUrl: postgres.url, holdsQueue: true, log: silentLog() });
      expect((await stat(join(folder, 'gateway-password'))).mode & 0o077).toBe(0);
      expect(await gateway.db.selectFrom('office').select('code').execute()).toEqual([{ code: 'kominfo' }]);
      expect(await alterableEvidence(gateway.db)).toEqual([]);
      await gateway.close();
      await postgres.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
