// What changes a database and what only reads it: commands work with the packs that the database holds; serve,
// init and upgrade change them, for all its places at once, and upgrade tells beforehand what that means. And
// what was known on a past day.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, daysAfter, followup, parseLines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, sql, startServer, temporaryFolder } from "../support/server.mjs";

const today = "2025-06-30";

const version = /^version: (.*)$/m.exec(readFileSync(join(root, "packs/national-2017/pack.yaml"), "utf8"))[1];

/** A copy of the packs, version 99.0.0, with one more field and another condition of a rule. */
function changedPacks() {
  const folder = join(temporaryFolder(), "packs");
  cpSync(join(root, "packs"), folder, { recursive: true });
  const edit = (file, from, to) => {
    const path = join(folder, "national-2017", file);
    const text = readFileSync(path, "utf8");
    assert.match(text, from);
    writeFileSync(path, text.replace(from, to));
  };
  edit("pack.yaml", /^version: .*$/m, "version: 99.0.0");
  edit("forms/hypertension_followup.yaml", /^( *)- id: heart_rate\n/m, "$1- id: waist\n$1  label: {zh: 腰围, en: Waist}\n$1  type: decimal\n$1- id: heart_rate\n");
  edit("programs/hypertension.yaml", /AND lost_reason IS NULL"\}/, 'AND lost_reason IS NULL AND sbp < 145"}');
  return folder;
}

const isListed = (line) => ["open", "due", "overdue"].includes(line?.state);

/** Lines of a list, each as a text. */
const listedBy = (lines) => lines.map(({ resident, program, obligation, item, opens_on, due_on, closes_on, state }) =>
  [resident, program, obligation, item ?? "", opens_on, due_on, closes_on, state].join(" ")).sort();

/** Everything that an upgrade could touch. */
async function fingerprint(options) {
  if (!options[1].startsWith("postgresql:")) return createHash("sha256").update(readFileSync(options[1])).digest("hex");
  const parts = [
    "SELECT * FROM place_setting ORDER BY 1, 2",
    "SELECT place, pack, hash FROM pack_version ORDER BY 1, 2, 3",
    "SELECT * FROM obligation_rule ORDER BY 1, 2",
    "SELECT * FROM obligation_evidence ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT * FROM obligation_stale",
    "SELECT version FROM schema_migration ORDER BY 1",
    "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_schema IN ('public', 'as_of') ORDER BY 1, 2, ordinal_position",
  ];
  return (await Promise.all(parts.map((part) => sql(options, part)))).join("\n");
}

for (const [name, makeDatabase] of databases) {
  describe(`a database and its packs, on ${name}`, () => {
    const options = [];
    let newer, told, due;
    const given = () => ["--packs", newer];
    before(() => {
      options.push(...makeCounty(makeDatabase, { residents: 1000 }));
      newer = changedPacks();
    });

    it("is read with the packs that it holds, wherever the command runs", () => {
      const here = attempt("due", ...options);
      assert.equal(here.code, 0, here.err);
      assert.ok(parseLines(here.out).length > 0);
      for (const command of ["facilities", "obligations verify", "audit verify"]) {
        const { code, err } = attempt(...command.split(" "), ...options);
        assert.equal(code, 0, err);
      }
    });

    it("is not changed by a command that is given other packs: it refuses and names both versions", async () => {
      const before = await fingerprint(options);
      for (const command of ["due", "facilities", "obligations recompute", "audit verify"]) {
        const { code, out, err } = attempt(...command.split(" "), ...options, ...given());
        assert.equal(code, 75, err);
        assert.equal(out, "");
        assert.match(err, /national-2017: .*version \d+\.\d+\.\d+, version 99\.0\.0 was given .*catchment upgrade/);
      }
      assert.equal(await fingerprint(options), before);
    });

    it("tells what an upgrade would change, and changes nothing", async () => {
      const before = await fingerprint(options);
      const { code, out, err } = attempt("upgrade", ...options, ...given(), "--dry-run");
      assert.equal(code, 0, err);
      const said = parseLines(out);
      const [{ subjects_at_most: subjects }] = said.filter(({ change }) => change === "rule");
      assert.ok(subjects > 0);
      assert.deepEqual(said, [
        { change: "pack", pack: "national-2017", from: version, to: "99.0.0" },
        { change: "column", form: "hypertension_followup", field: "waist" },
        { change: "rule", place: "441322", program: "hypertension", rule: "followup", what: "changed", subjects_at_most: subjects },
      ]);
      assert.equal(await fingerprint(options), before);
      const nothing = attempt("upgrade", ...options, "--packs", join(root, "packs"), "--dry-run");
      assert.equal(nothing.out, "");
      assert.match(nothing.err, /Nothing to change/);
    });

    it("tells whom other packs would owe what, and changes nothing", async () => {
      const fingerprintBefore = await fingerprint(options);
      const { code, out, err } = attempt("pack", "diff", "installed", newer, ...options);
      assert.equal(code, 0, err);
      const said = parseLines(out);
      assert.deepEqual(said.slice(0, 2), [
        { change: "pack", pack: "national-2017", what: "version", from: version, to: "99.0.0" },
        { change: "field", form: "hypertension_followup", field: "waist", what: "new", from: null, to: "decimal" },
      ]);
      assert.deepEqual(parseLines(attempt("pack", "diff", `national-2017@${version}`, join(newer, "national-2017"), ...options).out), said);
      assert.deepEqual(parseLines(attempt("pack", "diff", "installed", "installed", ...options).out), []);
      assert.equal(await fingerprint(options), fingerprintBefore);
      const rules = said.filter(({ change }) => change === "rule");
      assert.deepEqual(rules.map(({ program, rule, what }) => [program, rule, what]), [["hypertension", "followup", "changed"]]);
      told = parseLines(attempt("pack", "diff", "installed", newer, ...options, "--json").out);
      assert.ok(told.length > 0);
      assert.equal(rules[0].gained + rules[0].lost + rules[0].moved + rules[0].state, told.length);
      assert.equal(rules[0].people, new Set(told.map(({ subject }) => subject)).size);
      const facilities = said.filter(({ change }) => change === "facility");
      assert.equal(facilities.reduce((sum, { people }) => sum + people, 0), rules[0].people);
      assert.match(await sql(options, "SELECT detail FROM audit_entry WHERE action = 'packs.compare'"), new RegExp(`rows ${told.length}`));
      due = listedBy(parseLines(attempt("due", ...options).out));
    });

    it("refuses to compare what is not there, and packs with mistakes", () => {
      const diff = (...operands) => attempt("pack", "diff", ...operands, ...options);
      assert.equal(diff("installed").code, 64);
      assert.match(diff("installed", "nowhere").err, /There is no folder nowhere/);
      assert.match(diff("national-2017@0.0.1", "installed").err, /has never kept version 0\.0\.1 of the pack national-2017/);
      const broken = changedPacks();
      writeFileSync(join(broken, "national-2017", "programs", "elderly.yaml"), "program: elderly\n");
      const refused = diff("installed", broken);
      assert.notEqual(refused.code, 0);
      assert.match(refused.err, /national-2017\/programs\/elderly\.yaml:1:/);
    });

    it("takes no measure that it does not understand, and names the file of one that would be slow", () => {
      const pending = () => attempt("upgrade", ...options, ...given(), "--dry-run").out;
      const before = pending();
      const file = "national-2017/measures/health_record_rate.sql";
      const refused = (from, to) => {
        const folder = changedPacks();
        const text = readFileSync(join(folder, file), "utf8");
        assert.match(text, from);
        writeFileSync(join(folder, file), text.replace(from, to));
        const { code, err } = attempt("upgrade", ...options, "--packs", folder);
        assert.equal(code, 65, err);
        assert.ok(err.includes(file) && err.includes("health_record_rate"), err);
        return err;
      };
      assert.match(refused(/1 AS in_denominator/, "CASE WHEN p.name = '' THEN 0 ELSE 1 END AS in_denominator"), /does not take the SELECT/);
      assert.match(refused(/FROM person p$/m, "FROM person p CROSS JOIN person q CROSS JOIN person r"), /would be too slow/);
      if (name === "PostgreSQL") assert.match(refused(/1 AS in_denominator/, "CASE WHEN p.area_code > 5 THEN 0 ELSE 1 END AS in_denominator"), /does not take the SELECT/);
      assert.equal(pending(), before);
    });

    it("is upgraded: the rest of the commands then work with the new packs, and the audit says so", async () => {
      const upgraded = attempt("upgrade", ...options, ...given());
      assert.equal(upgraded.code, 0, upgraded.err);
      assert.equal(parseLines(upgraded.out).length, 3);
      assert.equal(attempt("upgrade", ...options, ...given()).out, "");
      for (const command of ["due", "obligations verify", "audit verify"]) {
        const { code, err } = attempt(...command.split(" "), ...options);
        assert.equal(code, 0, err);
      }
      assert.match(attempt("due", ...options, "--packs", join(root, "packs")).err, /version 99\.0\.0, version \d+\.\d+\.\d+ was given/);
      assert.match(await sql(options, "SELECT detail FROM audit_entry WHERE action = 'packs.apply'"), /national-2017 99\.0\.0/);
      const side = (which) => listedBy(told.filter((line) => isListed(line[which])).map(({ subject, program, rule, item, ...line }) =>
        ({ resident: subject, program, obligation: rule, item, ...line[which] })));
      const now = listedBy(parseLines(attempt("due", ...options).out));
      const [from, to] = [side("from"), side("to")];
      assert.ok(from.length + to.length > 0);
      assert.deepEqual(now, [...due.filter((line) => !from.includes(line)), ...to].sort());
    });

    it("holds one set of packs for all its places", async () => {
      const init = (code, ...more) => attempt("init", ...options, "--place", code, "--name", "另一县", ...more);
      const refused = init("441323", "--packs", join(root, "packs"));
      assert.equal(refused.code, 75);
      assert.match(refused.err, /places of one database share their packs/);
      const made = init("441323", ...given());
      assert.equal(made.code, 0, made.err);
      const serve = attempt("serve", ...options, "--place", "441323", "--packs", join(root, "packs"), "--port", "0");
      assert.equal(serve.code, 75);
      assert.match(serve.err, /catchment upgrade changes it for all of them/);
      const back = attempt("upgrade", ...options, "--packs", join(root, "packs"));
      assert.equal(back.code, 0, back.err);
      assert.deepEqual(parseLines(back.out).filter(({ change }) => change === "rule").map(({ place }) => place), ["441322", "441323"]);
      for (const place of ["441322", "441323"]) {
        const { code, err } = attempt("obligations", "verify", ...options, "--place", place);
        assert.equal(code, 0, err);
      }
      assert.match(attempt("due", ...options, "--place", "441399").err, /441399/);
    });

    it("is left alone by a program that would have to migrate it first", async () => {
      const newest = /\d+/.exec(await sql(options, "SELECT max(version) AS v FROM schema_migration"))[0];
      await sql(options, `DELETE FROM schema_migration WHERE version = ${newest}`);
      const refused = attempt("facilities", ...options, "--place", "441322");
      assert.equal(refused.code, 75);
      assert.match(refused.err, /has not had migration \d{4}_\w+ yet: run catchment upgrade first/);
      const [migration] = parseLines(attempt("upgrade", ...options, "--packs", join(root, "packs"), "--dry-run").out);
      assert.equal(migration.change, "migration");
      assert.equal(Number(migration.name.slice(0, 4)), Number(newest));
    });
  });

  describe(`a past day, on ${name}`, () => {
    let server, doctor, options, id, records;
    const page = (who, on = "") => who.fetch(`/api/residents/${id}${on && `?on=${on}`}`);
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      doctor = await logIn(server, "doctor");
      id = (await wholeList(doctor))[0].resident.id;
      records = (await page(doctor)).body.records;
    });
    after(() => server?.stop());

    it("is answered with what was known at the end of it", async () => {
      const first = records.at(-1);
      const recorded = first.recorded_at.slice(0, 10);
      const before = (await page(doctor, daysAfter(recorded, -1))).body;
      assert.deepEqual([before.records, before.programs, before.obligations], [[], [], []]);
      const middle = daysAfter(records[0].recorded_at.slice(0, 10), -1);
      const then = (await page(doctor, middle)).body;
      assert.equal(then.on, middle);
      assert.deepEqual(then.records.map((record) => record.id), records.filter((record) => record.recorded_at.slice(0, 10) <= middle).map((record) => record.id));
      assert.ok(then.records.length < records.length);
    });

    it("does not know of what was amended later", async () => {
      const original = followup(id);
      assert.equal((await submit(doctor, original)).status, 201);
      assert.equal((await submit(doctor, { ...followup(id, { sbp: 132 }), amends: original.id, reason: "读数录错" })).status, 201);
      const now = (await page(doctor)).body;
      assert.ok(now.records.find((record) => record.id === original.id).is_ended);
      const yesterday = (await page(doctor, daysAfter(today, -1))).body;
      assert.deepEqual(yesterday.records.map((record) => record.id), records.map((record) => record.id));
      assert.deepEqual((await page(doctor, today)).body, now);
    });

    it("is printed alike by the command", async () => {
      for (const on of [daysAfter(today, -1), daysAfter(today, -100), today]) {
        const { code, out, err } = attempt("records", ...options, "--resident", id, "--on", on);
        assert.equal(code, 0, err);
        const wanted = (await page(doctor, on)).body.records;
        assert.deepEqual(parseLines(out).map(({ record, is_ended }) => [record, is_ended]), wanted.map((record) => [record.id, record.is_ended]));
      }
    });

    it("is asked for by whoever may see the person today, and not ahead of time", async () => {
      const ahead = await page(doctor, daysAfter(today, 1));
      assert.equal(ahead.status, 422);
      assert.match(ahead.text, /2025-06-30/);
      assert.equal((await page(doctor, "2025-02-30")).status, 422);
      const officer = await logIn(server, "county");
      assert.equal((await page(officer, daysAfter(today, -1))).status, 403);
    });
  });
}
