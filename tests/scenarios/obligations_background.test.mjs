// What the server does about obligations while nobody asks: after other packs everybody concerned is computed
// anew, and in December the periods of the year after next are stored.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, parseLines } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, sql, startServer, temporaryFolder } from "../support/server.mjs";

/** The packs with half-yearly visits instead of quarterly ones. */
function otherPacks() {
  const folder = join(temporaryFolder(), "packs");
  cpSync(join(root, "packs"), folder, { recursive: true });
  const path = join(folder, "national-2017", "programs", "hypertension.yaml");
  const text = readFileSync(path, "utf8");
  assert.match(text, /every: \{quarter: 1\}/);
  writeFileSync(path, text.replace("every: {quarter: 1}", "every: {half: 1}"));
  return folder;
}

/** Asks again and again, at most a minute, until the answer is what is waited for. */
async function until(wanted, ask) {
  const end = Date.now() + 60000;
  let answer = await ask();
  while (answer !== wanted && Date.now() < end) answer = await ask();
  assert.equal(answer, wanted);
}

for (const [name, makeDatabase] of databases) {
  describe(`obligations in the background on ${name}`, () => {
    let options, server;
    before(() => {
      options = makeCounty(makeDatabase);
    });
    after(() => server?.stop());

    const verify = (...more) => parseLines(attempt("obligations", "verify", ...options, ...more).out)[0];

    it("are computed anew for everybody after other packs, before anybody asks for a list", async () => {
      const packs = otherPacks();
      const lines = parseLines(attempt("pack", "diff", "installed", packs, ...options, "--past", "--json").out);
      assert.ok(lines.length > 0);
      server = await startServer(options, "--packs", packs);
      const admin = await logIn(server, "admin");
      await until(0, async () => (await admin.fetch("/api/system")).body.work.stale_subjects);
      await server.stop();
      const { written, deleted, obligations } = verify();
      assert.deepEqual([written, deleted], [0, 0]);
      assert.ok(obligations > 0);
      assert.equal(await sql(options, "SELECT count(*) FROM obligation_stale"), "0");
    });

    it("have the periods of the year after next in December, though nobody looked at a list", async () => {
      const newest = () => sql(options, "SELECT max(opens_on) FROM obligation");
      const reached = () => sql(options, "SELECT setting_value FROM place_setting WHERE setting_key = 'obligations.horizon'");
      assert.equal(await newest(), "2026-01-01");
      await sql(options, "UPDATE place_setting SET setting_value = '2025-12-01' WHERE setting_key = 'day'");
      server = await startServer(options, "--packs", otherPacks());
      const admin = await logIn(server, "admin");
      await until(0, async () => (await admin.fetch("/api/system")).body.work.stale_subjects);
      await until("2027-01-01", reached);
      await server.stop();
      assert.equal(await newest(), "2027-01-01");
      const { written, deleted } = verify();
      assert.deepEqual([written, deleted], [0, 0]);
    });
  });
}
