// What keeps a county's data: a backup made while people write, restored on either engine, and a doctor that
// finds nothing in it, and finds each kind of damage.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { attempt, followup, parseLines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, program, root, startPostgres, startServer, temporaryFolder } from "../support/server.mjs";

const runAside = promisify(execFile);
const url = (options) => options[1];
const keysOf = (options) => options[3] ?? `${options[1]}.keys`;
const isPostgres = (options) => url(options).startsWith("postgresql:");

function doctor(options) {
  const { code, out, err } = attempt("doctor", ...options);
  const checks = parseLines(out);
  return { code, err, checks, failed: checks.filter(({ state }) => state === "fail").map(({ check }) => check) };
}

/** Runs SQL behind the program's back, past the triggers. */
async function plant(options, sql) {
  if (isPostgres(options)) {
    execFileSync("psql", [url(options), "-q", "-v", "ON_ERROR_STOP=1", "-c", `SET session_replication_role = replica; ${sql}`]);
    return;
  }
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(url(options));
  for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()) database.exec(`DROP TRIGGER "${name}"`);
  database.exec(sql);
  database.close();
}

for (const [name, makeDatabase] of databases) {
  describe(`a backup, on ${name}`, () => {
    let options, server, clinician;
    const folder = temporaryFolder();
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      clinician = await logIn(server, "clinician");
    });
    after(() => server?.stop());

    it("made while people write holds everything that was acknowledged before, and the doctor finds nothing", async () => {
      const owed = (await wholeList(clinician)).map(({ resident }) => resident.id);
      const acknowledged = [];
      let isOver = false;
      const write = async (first) => {
        for (let i = first; !isOver; i++) {
          // the field is hidden for this answer: what is stored is not what was sent
          const body = followup(owed[i % owed.length], i % 5 === 0 ? { critical_details: "头胀" } : {});
          const { status, text } = await submit(clinician, body);
          assert.equal(status, 201, text);
          acknowledged.push(body);
        }
      };
      const writers = [0, 7, 13].map(write);
      const backups = [];
      for (let n = 0; n < 3; n++) {
        const before = acknowledged.length;
        const file = join(folder, `${n}.db`);
        await runAside(program, ["backup", file, ...options]);
        backups.push({ file, bodies: acknowledged.slice(0, before), during: acknowledged.length - before });
      }
      isOver = true;
      await Promise.all(writers);
      assert.ok(backups.some(({ during }) => during > 0), "nothing was written meanwhile");
      for (const { file, bodies } of backups) {
        assert.equal(statSync(file).mode & 0o777, 0o600);
        assert.ok(!existsSync(`${file}-wal`));
        const restored = ["--db", `${file}.restored`, "--keys", keysOf(options)];
        const { code, err } = attempt("restore", file, ...restored);
        assert.equal(code, 0, err);
        const { failed, checks } = doctor(restored);
        assert.deepEqual(failed, [], JSON.stringify(checks));
        const last = bodies.at(-1);
        if (last) assert.ok(parseLines(attempt("records", ...restored, "--resident", last.subject).out).some(({ record }) => record === last.id));
      }
      assert.ok(backups.at(-1).bodies.length > 0);
    });

    it("is restored on the other engine too, where every list is the same", () => {
      const other = isPostgres(options) ? ["--db", join(folder, "moved.db"), "--keys", keysOf(options)] : ["--db", startPostgres(), "--keys", keysOf(options)];
      const file = join(folder, "still.db");
      assert.equal(attempt("backup", file, ...options).code, 0);
      const { code, err } = attempt("restore", file, ...other);
      assert.equal(code, 0, err);
      assert.deepEqual(doctor(other).failed, []);
      assert.equal(attempt("due", ...other).out, attempt("due", ...options).out);
      const again = join(folder, "again.db");
      assert.equal(attempt("backup", again, ...other).code, 0);
      const back = ["--db", join(folder, "back.db"), "--keys", keysOf(options)];
      assert.equal(attempt("restore", again, ...back).code, 0);
      assert.deepEqual(doctor(back).failed, []);
      const full = attempt("restore", file, ...other);
      assert.equal(full.code, 75);
      assert.match(full.err, /is not empty/);
    });

    it("never holds the keys, writes nothing over, and says so", () => {
      const file = join(folder, "plain.db");
      const made = attempt("backup", file, ...options);
      assert.match(made.err, /does not hold the key file/);
      assert.ok(!existsSync(`${file}.keys`));
      const secret = /^seal \S+ (\S+)/m.exec(readFileSync(keysOf(options), "utf8"))[1];
      assert.equal(readFileSync(file).indexOf(secret), -1);
      const twice = attempt("backup", file, ...options);
      assert.equal(twice.code, 75);
      assert.match(twice.err, /exists already/);
      const both = join(folder, "both.db");
      assert.equal(attempt("backup", both, ...options, "--with-keys").code, 0);
      assert.equal(statSync(`${both}.keys`).mode & 0o777, 0o600);
      assert.equal(readFileSync(`${both}.keys`, "utf8"), readFileSync(keysOf(options), "utf8"));
      writeFileSync(join(folder, "none.db"), "no database");
      const nonsense = attempt("restore", join(folder, "none.db"), "--db", join(folder, "never.db"));
      assert.notEqual(nonsense.code, 0);
      assert.match(nonsense.err, /is no backup of this program/);
      assert.ok(!existsSync(join(folder, "never.db")));
    });
  });

  describe(`the doctor, on ${name}`, () => {
    let options;
    before(async () => {
      options = makeCounty(makeDatabase, { residents: 1000 });
      const server = await startServer(options); // settles what facilities see today
      await server.stop();
    });

    it("finds nothing in a good database, and changes nothing", () => {
      const { code, failed, checks } = doctor(options);
      assert.deepEqual([code, failed], [0, []], JSON.stringify(checks));
      assert.deepEqual(checks.map(({ check }) => check), ["space", "keys", "integrity", "schema", "packs", "clock", "references", "audit", "records", "attachments", "residents", "facts", "evidence", "obligations", "areas"]);
      for (const { zh, en } of checks) assert.ok(/[\u4e00-\u9fff]/.test(zh) && /^[\x20-\x7e]+$/.test(en), zh);
      assert.deepEqual(doctor(options).checks.map(({ state }) => state), checks.map(({ state }) => state));
    });

    it("finds a key file that others can read, that is another's, or that is not there", () => {
      const keys = keysOf(options);
      chmodSync(keys, 0o644);
      assert.deepEqual(doctor(options).failed, ["keys"]);
      chmodSync(keys, 0o600);
      const missing = doctor(["--db", url(options), "--keys", join(temporaryFolder(), "none")]);
      assert.equal(missing.code, 75);
      assert.deepEqual(missing.failed, ["keys"]);
      assert.deepEqual(missing.checks.filter(({ state, check }) => state === "skip" && check !== "space" && check !== "clock").map(({ check }) => check), ["audit", "records", "attachments", "residents", "facts"]);
      const other = makeCounty(undefined, { residents: 1000, seed: 8 });
      const foreign = doctor(["--db", url(options), "--keys", keysOf(other)]);
      assert.ok(foreign.failed.includes("audit") && foreign.failed.includes("residents"), foreign.failed.join());
    });

    const aPerson = "(SELECT subject_id FROM record WHERE id = (SELECT record_id FROM record_sealed ORDER BY record_id DESC LIMIT 1))";
    for (const [damage, fails, sql] of [
      ["a search token that was removed", ["residents"], "DELETE FROM resident_token WHERE (token, resident_id) IN (SELECT token, resident_id FROM resident_token ORDER BY token LIMIT 1)"],
      ["a search token of nobody", ["residents"], "INSERT INTO resident_token (place, token, area_code, resident_id) SELECT place, token, area_code || '9', resident_id FROM resident_token ORDER BY token LIMIT 1"],
      ["a date of birth that no record says", ["facts"], `UPDATE resident SET birth_date = '1901-02-03' WHERE id = ${aPerson}`],
      ["evidence that was removed", ["evidence"], "DELETE FROM obligation_evidence WHERE record_id = (SELECT record_id FROM obligation_evidence WHERE kind <> 4 ORDER BY record_id DESC LIMIT 1)"],
      ["evidence on another day", ["evidence"], "UPDATE obligation_evidence SET happened_on = '2020-02-02' WHERE record_id = (SELECT record_id FROM obligation_evidence WHERE kind <> 4 ORDER BY record_id DESC LIMIT 1)"],
      ["an obligation that was removed", ["obligations"], "DELETE FROM obligation WHERE (subject_id, rule_key, closes_on) IN (SELECT subject_id, rule_key, closes_on FROM obligation ORDER BY subject_id, rule_key, closes_on LIMIT 1)"],
      ["sight that was taken away", ["areas"], "DELETE FROM access_area WHERE (facility, area_code) IN (SELECT facility, area_code FROM access_area ORDER BY facility, area_code LIMIT 1)"],
    ]) {
      it(`finds ${damage}, and makes it anew when asked to`, async () => {
        await plant(options, sql);
        const { failed } = doctor(options);
        for (const check of fails) assert.ok(failed.includes(check), failed.join());
        const { code, out, err } = attempt("doctor", ...options, "--repair");
        assert.equal(code, 0, err + out);
        for (const check of fails) assert.equal(parseLines(out).find((one) => one.check === check).state, "repaired", out);
        const after = doctor(options);
        assert.deepEqual(after.checks.filter(({ state }) => state === "fail" || state === "warn"), []);
        assert.equal(after.checks.find(({ check }) => check === "audit").state, "ok");
      });
    }

    // One after the other: each damage adds its check to those that fail.
    const found = [];
    for (const [damage, check, sql] of [
      ["an answer that was changed", "records", "UPDATE answer_hypertension_followup SET sbp = sbp + 1 WHERE record_id = (SELECT record_id FROM answer_hypertension_followup ORDER BY record_id LIMIT 1)"],
      ["a search token that was removed", "residents", "DELETE FROM resident_token WHERE (token, resident_id) IN (SELECT token, resident_id FROM resident_token ORDER BY token LIMIT 1)"],
      ["an obligation that was moved", "obligations", "UPDATE obligation SET due_on = '2031-01-01' WHERE (subject_id, rule_key, closes_on) IN (SELECT subject_id, rule_key, closes_on FROM obligation ORDER BY subject_id, rule_key, closes_on LIMIT 1)"],
      ["an audit entry that was deleted", "audit", "DELETE FROM audit_entry WHERE seq = 2"],
      ["sight that no catchment gives", "areas", "INSERT INTO access_area (place, facility, area_code) SELECT '441322', min(facility), '441322999999' FROM access_area"],
      ["a record of nobody", "references", "UPDATE obligation SET met_by = subject_id WHERE (subject_id, rule_key, closes_on) IN (SELECT subject_id, rule_key, closes_on FROM obligation ORDER BY subject_id, rule_key, closes_on LIMIT 1)"],
      ["a pack text that was changed", "packs", "UPDATE pack_file SET content = content || ' ' WHERE path = 'policy/hypertension.yaml'"],
    ]) {
      it(`finds ${damage}`, async () => {
        await plant(options, sql);
        found.push(check);
        const { code, failed } = doctor(options);
        assert.equal(code, 75);
        assert.deepEqual(failed.toSorted(), found.toSorted());
      });
    }

    it("finds a record that is gone, or was changed together with its hash, by the audit", async (t) => {
      const fresh = makeCounty(makeDatabase, { residents: 1000 });
      const server = await startServer(fresh);
      t.after(() => server.stop());
      const clinician = await logIn(server, "clinician");
      const [first, second] = (await wholeList(clinician)).slice(0, 2).map(({ resident }) => followup(resident.id));
      for (const body of [first, second]) assert.equal((await submit(clinician, body)).status, 201);
      await server.stop();
      assert.deepEqual(doctor(fresh).failed, []);
      const id = (body) => (isPostgres(fresh) ? `'${body.id}'` : `x'${body.id.replaceAll("-", "")}'`);
      const records = () => doctor(fresh).checks.find(({ check }) => check === "records");
      await plant(fresh, `UPDATE audit_entry SET detail = replace(detail, ' sent ', ' sent 00') WHERE object_id = ${id(first)}`);
      const changed = records();
      assert.equal(changed.state, "fail");
      assert.ok(changed.en.includes(first.id) && changed.en.includes("together with their hash"), changed.en);
      for (const [table, key] of [["answer_hypertension_followup", "record_id"], ["record", "id"]]) await plant(fresh, `DELETE FROM ${table} WHERE ${key} = ${id(second)}`);
      const gone = records();
      assert.ok(gone.en.includes(second.id) && gone.en.includes("no longer there"), gone.en);
      assert.equal(attempt("doctor", ...fresh, "--repair").code, 75, "what people wrote is not repaired");
    });

    it("finds a damaged file", { skip: name === "PostgreSQL" }, () => {
      const file = join(temporaryFolder(), "copy.db");
      assert.equal(attempt("backup", file, ...options).code, 0);
      const handle = openSync(file, "r+");
      writeSync(handle, Buffer.alloc(40000, 0x5a), 0, 40000, 200000);
      assert.ok(doctor(["--db", file, "--keys", keysOf(options)]).failed.includes("integrity"));
    });
  });
}
