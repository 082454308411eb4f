// The settings file: every command takes its options from it, what is typed wins, and each mistake is told with
// its file, line and column and with what to write instead, in both languages.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { attempt, parseLines } from "../support/county.mjs";
import { databases, makeCertificate, makeCounty, program, root, startServer, temporaryFolder } from "../support/server.mjs";

const packs = join(root, "packs");

/** Settings by name as text, in a file of their own. */
function settings(values, extra = "") {
  const file = join(temporaryFolder(), "catchment.yaml");
  writeFileSync(file, Object.entries(values).map(([name, value]) => `${name}: ${value}\n`).join("") + extra);
  return file;
}

const named = (options) => ({ db: options[1], keys: options[3] ?? `${options[1]}.keys` });
const check = (file, ...more) => {
  const { code, out, err } = attempt("config", "check", file, ...more);
  return { code, err, findings: parseLines(out), failed: parseLines(out).filter(({ state }) => state === "fail") };
};
const finding = (findings, setting) => findings.find((one) => one.setting === setting);

for (const [name, makeDatabase] of databases) {
  describe(`the settings file, on ${name}`, () => {
    let options, file;
    before(() => {
      options = makeCounty(makeDatabase, { residents: 1000 });
      file = settings({ ...named(options), packs, port: 0, "log-level": "warn", workers: 5 });
    });

    it("is enough for every command", async (t) => {
      for (const command of ["facilities", "user list", "audit verify", "doctor"]) {
        const { code, out, err } = attempt(...command.split(" "), "--config", file);
        assert.equal(code, 0, err);
        assert.equal(out.length > 0, true);
      }
      const server = await startServer(["--config", file]);
      t.after(() => server.stop());
      assert.equal((await fetch(`${server.url}/api/health`)).status, 200);
      assert.equal(server.log.includes('"level":"info"'), false, "log-level: warn");
    });

    it("is found by the environment as well", () => {
      const { status, stderr } = spawnSync(program, ["facilities"], { cwd: root, encoding: "utf8", env: { ...process.env, CATCHMENT_CONFIG: file } });
      assert.equal(status, 0, stderr);
    });

    it("passes its check", () => {
      const { code, findings, err } = check(file);
      assert.equal(code, 0, err + JSON.stringify(findings));
      for (const setting of ["packs", "keys", "db", "tls-cert", "port"]) assert.equal(finding(findings, setting).state, "ok", setting);
      assert.equal(finding(findings, "port").where, `${file}:4:7`);
    });

    it("shows what is in force and where it comes from; what is typed wins", () => {
      const shown = Object.fromEntries(parseLines(attempt("config", "show", file, "--port", "8088").out).map(({ setting, ...one }) => [setting, one]));
      assert.deepEqual(shown.port, { value: "8088", from: "--port" });
      assert.deepEqual(shown.workers, { value: "5", from: `${file}:6:10` });
      assert.deepEqual(shown.address, { value: "127.0.0.1", from: "built in" });
      assert.deepEqual(shown["tls-cert"], { value: null, from: null });
    });

    it("gives keys and place to its own database only", () => {
      const other = join(temporaryFolder(), "other.db");
      const { code, err } = attempt("facilities", "--config", file, "--db", other);
      assert.equal(code, 66);
      assert.ok(err.includes(other), err);
      assert.ok(!err.includes(named(options).keys), "the county's keys are not for another database");
    });
  });
}

describe("mistakes of the settings file", () => {
  const line = (file, ...words) => attempt("facilities", "--config", file, ...words);

  for (const [what, text, where, en, zh] of [
    ["a setting that does not exist", "db: /a.db\nprot: 80\n", "2:1", /no setting prot; there are: db, keys, .*port/, /没有名为 prot 的设置/],
    ["a word for a number", "port: http\n", "1:7", /port wants a whole number in 0 - 65535, not http/, /port 应是 0 - 65535 之间的整数/],
    ["a port out of range", "\nport: 70000\n", "2:7", /0 - 65535, not 70000/, /不能是 70000/],
    ["a relative path", "keys: county.keys\n", "1:7", /keys wants a whole path that begins with \/, such as \/etc/, /完整路径/],
    ["a relative database", "db: county.db\n", "1:5", /db wants the path of a file that begins with \//, /db 应是以 \/ 开头/],
    ["a setting without a value", "db:\nport: 80\n", "1:1", /db wants one value, such as db: \/var/, /db 要一个值/],
    ["a list", "address: [a, b]\n", "1:10", /address wants one value/, /address 要一个值/],
    ["a level that does not exist", "log-level: loud\n", "1:12", /log-level wants one of: error warn info debug, not loud/, /其中一个/],
    ["a short place", "place: 4413\n", "1:8", /place wants digits such as 441322, not 4413/, /place 应全是数字/],
    ["text without a name", "only words\n", "1:1", /lines NAME: VALUE, such as port: 8080/, /“名称: 值”/],
    ["a setting that stands twice", "port: 80\nport: 81\n", "2:1", /port/, /port/],
  ]) {
    it(`tells where ${what} stands and what to write`, () => {
      const file = settings({}, text);
      const english = line(file, "--lang", "en");
      assert.equal(english.code, 65, english.err);
      assert.ok(english.err.includes(`${file}:${where}`), english.err);
      assert.match(english.err, en);
      assert.match(line(file, "--lang", "zh").err, zh);
      assert.equal(check(file).code, 65);
    });
  }

  it("are told all at once", () => {
    const { err } = line(settings({}, "a: 1\nport: x\nkeys: y\n"));
    assert.equal(err.trim().split("\n").length, 3);
  });

  it("are followed by its name when it is not there or unreadable", () => {
    const gone = attempt("facilities", "--config", "/nowhere/catchment.yaml");
    assert.equal(gone.code, 66);
    assert.match(gone.err, /\/nowhere\/catchment\.yaml.*cannot be read \(Not found\)/);
    assert.notEqual(attempt("facilities", "--config", temporaryFolder()).code, 0);
  });

  it("never repeat a password, in the file or on the command line", () => {
    const url = "postgresql://catchment:s3cret-9966@127.0.0.1/county";
    for (const text of [url, "postgresql://127.0.0.1/county?user=x&password=s3cret-9966"]) {
      const inFile = line(settings({ db: text }));
      assert.equal(inFile.code, 65);
      assert.match(inFile.err, /:1:5: .*passfile=FILE/);
      const typed = attempt("facilities", "--db", text);
      assert.equal(typed.code, 64);
      assert.match(typed.err, /--db holds a password/);
      for (const said of [inFile.err, typed.err, attempt("config", "show", "--db", text).out]) assert.doesNotMatch(said, /s3cret/);
    }
  });
});

describe("what the machine lacks", () => {
  const options = [];
  let good;
  before(() => {
    options.push(...makeCounty(undefined, { residents: 1000 }));
    good = { ...named(options), packs, port: 0 };
  });
  const failing = (values, setting, ...said) => {
    const file = settings(values);
    const { code, failed, err } = check(file);
    assert.equal(code, 75, err);
    assert.deepEqual(failed.map((one) => one.setting), [setting], JSON.stringify(failed));
    for (const pattern of said) assert.match(failed[0].en, pattern);
    assert.ok(failed[0].zh.length > 5);
    const at = Object.keys(values).indexOf(setting);
    if (at >= 0) assert.ok(failed[0].where.startsWith(`${file}:${at + 1}:`), failed[0].where);
    return file;
  };

  it("is told of the key file: not there, damaged, open to others", () => {
    failing({ ...good, keys: "/nowhere/county.keys" }, "keys", /no key file \/nowhere/);
    const keys = join(temporaryFolder(), "county.keys");
    writeFileSync(keys, "catchment-keys 1\nseal 1 zz\n", { mode: 0o600 });
    failing({ ...good, keys }, "keys", /its line 2 is damaged/);
    copyFileSync(good.keys, keys);
    chmodSync(keys, 0o644);
    const file = failing({ ...good, keys }, "keys", /mode 0644, others can read it: chmod 600/);
    const served = attempt("serve", "--config", file);
    assert.equal(served.code, 77);
    assert.match(served.err, /catchment\.yaml:2:7: The key file .* chmod 600/);
  });

  it("is told of the database: not there, no database, of another program", () => {
    failing({ ...good, db: "/nowhere/county.db" }, "db", /no database \/nowhere\/county\.db: catchment init/);
    const file = join(temporaryFolder(), "notes.db");
    writeFileSync(file, "these are notes, not a database\n".repeat(200));
    failing({ ...good, db: file }, "db", /cannot be opened/);
    failing({ ...good, db: "postgresql://nobody@127.0.0.1:1/none" }, "db", /cannot be opened/);
    failing({ ...good, place: "110101" }, "place", /does not hold the place 110101/);
  });

  it("is told of packs, certificate and folder", () => {
    failing({ ...good, packs: "/nowhere/packs" }, "packs", /cannot be used/);
    const [, certificate, , key] = makeCertificate();
    failing({ ...good, "tls-cert": certificate }, "tls-cert", /tls-key is missing/);
    failing({ ...good, "tls-cert": "/nowhere/cert.pem", "tls-key": key }, "tls-cert", /cannot be used/);
    assert.equal(check(settings({ ...good, "tls-cert": certificate, "tls-key": key })).code, 0);
    failing({ ...good, "backup-folder": "/nowhere/backups" }, "backup-folder", /install -d/);
  });

  it("is told of the address and of a port in use, before anything is opened", async (t) => {
    failing({ ...good, address: "203.0.113.7" }, "address", /no address of this machine/);
    const taken = createServer().listen(0, "127.0.0.1");
    t.after(() => taken.close());
    await new Promise((listening) => taken.once("listening", listening));
    const { port } = taken.address();
    const file = settings({ ...good, port });
    const { code, findings } = check(file);
    assert.equal(code, 0);
    assert.equal(finding(findings, "port").state, "warn");
    const served = attempt("serve", "--config", file);
    assert.equal(served.code, 75);
    assert.match(served.err, new RegExp(`catchment\\.yaml:4:7: Port ${port} at 127\\.0\\.0\\.1 is in use`));
  });
});

describe("backups by the settings file", () => {
  it("go to its folder under the name of the second, and the oldest are removed", () => {
    const options = makeCounty(undefined, { residents: 1000 });
    const folder = join(temporaryFolder(), "backups");
    mkdirSync(folder);
    for (const name of ["catchment-20240101T000000.db", "catchment-20240102T000000.db", "county-mine.db"]) writeFileSync(join(folder, name), "old");
    const file = settings({ ...named(options), "backup-folder": folder, "backup-keep": 2 });
    const made = attempt("backup", "--config", file);
    assert.equal(made.code, 0, made.err);
    const names = readdirSync(folder).sort();
    assert.equal(names.length, 3, "what is not ours stays");
    assert.equal(names[0], "catchment-20240102T000000.db");
    assert.match(names[1], /^catchment-2\d{7}T\d{6}\.db$/);
    assert.equal(parseLines(made.out)[0].database, join(folder, names[1]));
    assert.equal(readFileSync(join(folder, names[1])).subarray(0, 6).toString(), "SQLite");
    const nowhere = attempt("backup", "--db", options[1]);
    assert.equal(nowhere.code, 64);
    assert.match(nowhere.err, /backup-folder/);
    assert.ok(existsSync(options[1]));
  });
});
