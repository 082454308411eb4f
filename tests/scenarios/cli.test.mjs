// The command line: help, mistakes of typing, a county of one's own from nothing, and an audit chain that shows
// tampering.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { attempt, attemptInChinese, followup, lines, submit, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const packs = ["--packs", join(root, "packs")];

describe("the command line", () => {
  const commands = attempt("help").out.match(/^ {2}\S+( \S+)? {2,}/gm).map((name) => name.trim());

  it("lists its commands and tells the options of each", () => {
    for (const name of ["serve", "demo", "init", "pack check", "pack test", "due", "facilities", "user add", "audit verify", "obligations verify"]) assert.ok(commands.includes(name), name);
    for (const name of commands) {
      const words = name.split(" ");
      const help = attempt("help", ...words);
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`^catchment ${name}`));
      assert.deepEqual(attempt(...words, "--help"), help);
      assert.deepEqual(attempt(...words, "--db", "none.db", "--help"), help);
      assert.match(help.out, /^ {2}--(packs FOLDER|db URL) /m);
    }
    assert.deepEqual(attempt(), attempt("help"));
    assert.deepEqual(attempt("--help"), attempt("help"));
    assert.match(attempt("--version").out, /^catchment \d+\.\d+\.\d+\n$/);
  });

  for (const [words, said] of [
    [["fly"], /there is no command fly; catchment help lists them/],
    [["pack"], /there is no command pack/],
    [["due", "--fast"], /catchment due: there is no option --fast/],
    [["due"], /catchment due: --db URL is required/],
    [["due", "--db"], /catchment due: --db wants URL/],
    [["due", "--db", "x.db", "--on", "2025-02-30"], /--on wants a day like 2025-06-30, not 2025-02-30/],
    [["due", "--db", "x.db", "now"], /catchment due: now is too much/],
    [["serve", "--db", "x.db", "--port", "99999"], /--port wants a whole number from 0 to 65535, not 99999/],
    [["demo", "--db", "x.db", "--residents", "many"], /--residents wants a whole number from 1000 to 2000000, not many/],
    [["user", "add", "--db", "x.db"], /catchment user add: --login NAME is required/],
  ]) {
    it(`explains the mistake in: ${words.join(" ")}`, () => {
      const folder = temporaryFolder();
      const { code, out, err } = attempt(...words.map((word) => (word === "x.db" ? join(folder, word) : word)));
      assert.equal(code, 64, err);
      assert.equal(out, "");
      assert.match(err, said);
    });
  }

  it("makes no database where none was asked for, and says which one is missing", () => {
    const file = join(temporaryFolder(), "nowhere.db");
    for (const command of ["due", "facilities", "audit verify", "obligations verify", "serve"]) {
      const { code, err } = attempt(...command.split(" "), "--db", file, ...packs);
      assert.equal(code, 66, err);
      assert.ok(err.includes("nowhere.db"), err);
    }
    const key = join(temporaryFolder(), "nowhere.keys");
    const { err } = attempt("due", ...makeCounty(undefined, { residents: 1000 }), "--keys", key, ...packs);
    assert.match(err, /there is no key file .*nowhere\.keys; without it no name can be read/);
  });

  it("names the folder when there are no packs in it", () => {
    const { code, err } = attempt("pack", "check", "--packs", "/nowhere/packs");
    assert.notEqual(code, 0);
    assert.match(err, /\/nowhere\/packs/);
  });
});

/** Changes the stored audit chain behind the program's back. */
async function tamper(options, sql) {
  const url = options[1];
  if (url.startsWith("postgresql:")) {
    execFileSync("psql", [url, "-q", "-v", "ON_ERROR_STOP=1", "-c", `SET session_replication_role = replica; ${sql}`]);
    return;
  }
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(url);
  for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'").all()) database.exec(`DROP TRIGGER ${name}`);
  database.exec(sql);
  database.close();
}

for (const [name, makeDatabase] of databases) {
  describe(`a county of one's own, on ${name}`, () => {
    const options = [];
    const addUser = (more = {}) => {
      const file = join(temporaryFolder(), "password");
      const given = { login: "officer", name: "李管理", role: "administrator", facility: "441322", password: "a long password", ...more };
      writeFileSync(file, `${given.password}\n`);
      return attempt("user", "add", ...options, ...packs, "--login", given.login, "--name", given.name, "--role", given.role, "--facility", given.facility, "--password-file", file);
    };

    it("is made from nothing, with its first account, which logs in", async (t) => {
      options.push(...makeDatabase());
      const early = attempt("serve", ...options, ...packs, "--port", "0");
      assert.notEqual(early.code, 0);
      const made = attempt("init", ...options, ...packs, "--place", "441322", "--name", "博罗县", "--name-en", "Boluo");
      assert.equal(made.code, 0, made.err);
      const added = addUser();
      assert.equal(added.code, 0, added.err);
      const server = await startServer(options);
      t.after(() => server.stop());
      const client = new Client(server);
      const answer = await client.logIn("officer", "a long password");
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.account.role, "administrator");
      assert.deepEqual(answer.body.place, { code: "441322", name: "博罗县", name_en: "Boluo" });
      assert.equal(answer.body.is_demo, false);
      assert.deepEqual((await client.fetch("/api/demo")).body.accounts, []);
    });

    it("takes no account twice, without a role of the packs, or with a short password", () => {
      for (const [more, said] of [
        [{}, /officer is already taken/],
        [{ login: "other", role: "emperor" }, /no role emperor/],
        [{ login: "other", password: "short" }, /8 to 256 characters/],
        [{ login: "other", role: "village_doctor", facility: "441322999999V01" }, /Not found: 441322999999V01/],
      ]) {
        const { code, err } = addUser(more);
        assert.notEqual(code, 0);
        assert.match(err, said);
      }
    });

    it("says what a constraint was that a demo county violated, in both languages, and leaves nothing of it", async () => {
      const other = makeDatabase();
      assert.equal(attempt("init", ...other, ...packs, "--place", "441322", "--name", "博罗县").code, 0);
      await tamper(other, "CREATE UNIQUE INDEX planted ON staff (place, sex); DELETE FROM place");
      const english = attempt("demo", ...other, ...packs, "--residents", "1000");
      assert.equal(english.code, 75);
      assert.match(english.err, /^The demo county 441322 was not made, and nothing of it was written; the database said: .*(staff|planted)/m);
      assert.match(attemptInChinese("demo", ...other, ...packs, "--residents", "1000").err, /^示范县 441322 没有生成，也没有写入任何内容；数据库的回答是：.*(staff|planted)/m);
      await tamper(other, "DROP INDEX planted");
      assert.equal(attempt("demo", ...other, ...packs, "--residents", "1000").code, 0);
    });

    it("holds packs that a newer program finds wrong: a command says what, and that an upgrade is the way", async () => {
      const other = makeDatabase();
      assert.equal(attempt("init", ...other, ...packs, "--place", "441322", "--name", "博罗县").code, 0);
      const older = "0".repeat(64);
      const wrong = `UPDATE pack_file SET content = replace(content, 'parameters:', 'paremeters:') WHERE pack = 'county' AND path = 'policy/plans.yaml'`;
      const applied = `UPDATE place_setting SET setting_value = replace(setting_value, (SELECT hash FROM pack_version WHERE pack = 'county'), '${older}')`;
      await tamper(other, [wrong, applied, ...["pack_file", "pack_version"].map((table) => `UPDATE ${table} SET hash = '${older}' WHERE pack = 'county'`)].join("; "));
      const refused = attempt("obligations", "verify", ...other);
      assert.equal(refused.code, 65);
      assert.match(refused.err, /policy\/plans\.yaml:2:1: there is no key paremeters here[^]*run catchment upgrade --packs FOLDER/);
      assert.match(attemptInChinese("obligations", "verify", ...other).err, /paremeters[^]*请用改好的规则包运行 catchment upgrade --packs 目录/);
      assert.equal(attempt("upgrade", ...other, ...packs).code, 0);
      assert.equal(attempt("obligations", "verify", ...other).code, 0);
    });

    it("wants the code of the county", () => {
      const { code, err } = attempt("init", "--db", join(temporaryFolder(), "county.db"), ...packs, "--name", "博罗县");
      assert.equal(code, 64);
      assert.match(err, /6-digit division code/);
    });
  });

  it(`prints the records of a resident with every answer, on ${name}`, async (t) => {
    const options = makeCounty(makeDatabase, { residents: 1000 });
    const server = await startServer(options);
    t.after(() => server.stop());
    const client = await logIn(server, "clinician");
    const resident = (await wholeList(client))[0]?.resident.id ?? lines("due", options)[0].resident;
    const sent = followup(resident);
    const taken = await submit(client, sent);
    assert.equal(taken.status, 201, taken.text);
    const opened = (await client.fetch(`/api/records/${sent.id}`)).body;
    const printed = lines("records", [...options, "--resident", resident]);
    assert.deepEqual(printed.find(({ record }) => record === sent.id).answers, opened.answers);
    assert.ok(Object.keys(opened.answers).length >= Object.keys(sent.answers).length);
    assert.ok(printed.some(({ record, answers }) => record !== sent.id && Object.keys(answers).length > 5), "of older records too");
  });

  it(`finds every kind of tampering with the audit chain, on ${name}`, async (t) => {
    const options = makeCounty(makeDatabase, { residents: 1000 });
    const server = await startServer(options);
    t.after(() => server.stop("SIGKILL"));
    const client = await logIn(server, "clinician");
    const [line] = await wholeList(client);
    const [owed] = line ? [line.resident.id] : lines("due", options).map(({ resident }) => resident);
    for (let i = 0; i < 3; i++) await submit(client, followup(owed));
    assert.equal(await server.stop(), 0);
    const [whole] = lines("audit verify", options);
    assert.equal(whole.broken_at, null);
    assert.ok(whole.entries >= 4, `${whole.entries} entries`);
    const middle = Math.ceil(whole.entries / 2);
    await tamper(options, `UPDATE audit_entry SET action = 'session.open' WHERE seq = ${middle} AND action <> 'session.open'; UPDATE audit_entry SET action = 'record.read' WHERE seq = ${middle} AND action = 'session.open'`);
    const { code, out, err } = attempt("audit", "verify", ...options, ...packs);
    assert.equal(code, 75, err);
    assert.equal(JSON.parse(out).broken_at, middle);
    assert.match(err, new RegExp(`broken at entry ${middle}`));
    await tamper(options, `DELETE FROM audit_entry WHERE seq >= ${middle}`);
    const cut = attempt("audit", "verify", ...options, ...packs);
    assert.equal(cut.code, 75, "an end that was cut off is missed");
  });
}
