// Faults under write load: the program killed, PostgreSQL stopped at once, the disk full. What was acknowledged
// is there afterwards, nothing is stored by half, and whoever waits gets a clear answer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { followup, lines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, run, startPostgres, startServer, startServerBehind, temporaryFolder } from "../support/server.mjs";

/** Devices that submit one record after another until the server is gone or enough is done. */
class Load {
  constructor(client, residents, devices = 8) {
    this.acknowledged = [];
    this.failed = [];
    this.isOver = false;
    this.waiting = [];
    this.ended = Promise.all(Array.from({ length: devices }, (_, i) => this.#device(client, residents[i % residents.length].id)));
  }

  async #device(client, resident) {
    while (!this.isOver) {
      const body = followup(resident, { heart_rate: 60 + (this.acknowledged.length % 50) });
      const answer = await submit(client, body).catch((error) => ({ status: 0, error }));
      (answer.status === 201 ? this.acknowledged : this.failed).push({ body, answer });
      if (answer.status === 0) return;
      this.waiting = this.waiting.filter(({ condition, done }) => !condition() || done());
    }
  }

  /** Resolves as soon as the condition holds after some answer, or no device is left. */
  until(condition) {
    return Promise.race([this.ended, new Promise((done) => this.waiting.push({ condition, done }))]);
  }

  async end() {
    this.isOver = true;
    await this.ended;
  }
}

/** Acknowledged records are there and whole; those that failed are there whole or not at all, and can be sent again. */
async function assertNothingLost(client, { acknowledged, failed }) {
  for (const { body, answer } of acknowledged) {
    const { status, body: stored } = await client.fetch(`/api/records/${body.id}`);
    assert.equal(status, 200, `${body.id} was acknowledged as ${answer.body?.rev}`);
    for (const [field, value] of Object.entries(body.answers)) assert.deepEqual(stored.answers[field], value, field);
  }
  for (const { body } of failed) {
    const { status, body: stored } = await client.fetch(`/api/records/${body.id}`);
    assert.ok(status === 404 || status === 200);
    if (status === 200) assert.deepEqual(stored.answers.symptoms, body.answers.symptoms);
    const again = await submit(client, body);
    assert.equal(again.status, status === 200 ? 200 : 201, again.text);
  }
}

function assertVerified(options) {
  const [result] = lines("obligations verify", options);
  assert.equal(result.written + result.deleted, 0);
  const [audit] = lines("audit verify", options);
  assert.equal(audit.broken_at, null);
}

function assertClearProblem({ status, body, text }, statuses) {
  assert.ok(statuses.includes(status), text);
  assert.ok(body?.titles.zh && body.titles.en, text);
  assert.doesNotMatch(text, /SQLSTATE|sqlite|INSERT|pg_/i);
}

/** Asks again until it is answered with 200; never sleeps for a fixed time, and not for ever. */
async function eventually(ask, milliseconds = 30000) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer.status === 200 || answer.status === 201) return answer;
    assert.ok(performance.now() < end, `still ${answer.status}: ${answer.text}`);
  }
}

/** A server that does not outlive the test. */
async function serve(t, ...words) {
  return endWith(t, await startServer(...words));
}

function endWith(t, server) {
  t.after(() => server.stop("SIGKILL"));
  return server;
}

const residentsOf = async (client) => (await wholeList(client)).map(({ resident }) => resident);

for (const [name, makeDatabase] of databases) {
  it(`loses no acknowledged record to kill -9 under write load, on ${name}`, { timeout: 120000 }, async (t) => {
    const options = makeCounty(makeDatabase);
    let residents;
    for (const enough of [5, 40, 90]) {
      const server = await serve(t, options);
      const client = await logIn(server, "clinician");
      residents ??= await residentsOf(client);
      const load = new Load(client, residents);
      await load.until(() => load.acknowledged.length >= enough);
      assert.equal(await server.stop("SIGKILL"), "SIGKILL");
      await load.ended;
      assert.ok(load.acknowledged.length >= enough);
      assert.ok(load.failed.length > 0, "somebody was waiting");
      const again = await serve(t, options);
      await assertNothingLost(await logIn(again, "clinician"), load);
      assert.equal(await again.stop(), 0);
      assertVerified(options);
    }
  });

  it(`finishes what it has begun when it is asked to stop under write load, on ${name}`, { timeout: 60000 }, async (t) => {
    const options = makeCounty(makeDatabase, { residents: 1000 });
    const server = await serve(t, options);
    const client = await logIn(server, "clinician");
    const residents = [{ id: lines("due", options, "--facility", (await client.fetch("/api/session")).body.account.facility.code)[0].resident }];
    const load = new Load(client, residents);
    await load.until(() => load.acknowledged.length >= 20);
    assert.equal(await server.stop("SIGTERM"), 0);
    await load.ended;
    for (const { answer } of load.failed) assert.ok(answer.status === 0 || answer.status === 503, answer.text);
    const again = await serve(t, options);
    await assertNothingLost(await logIn(again, "clinician"), load);
    assert.equal(await again.stop(), 0);
    assertVerified(options);
  });
}

describe("PostgreSQL stopped at once under write load", () => {
  const cluster = (command, folder) => execFileSync(join(root, "script/support/pg-cluster"), [command, folder], { stdio: "ignore" });
  let options, folder, server;
  before(async () => {
    const url = startPostgres("durable");
    folder = /host=(.*)$/.exec(url)[1];
    options = makeCounty(() => ["--db", url, "--keys", join(temporaryFolder(), "county.keys")]);
    server = await startServer(options);
  });
  after(() => server?.stop());

  it("answers clearly while it is gone, comes back by itself, and loses nothing acknowledged", { timeout: 120000 }, async () => {
    const client = await logIn(server, "clinician");
    const load = new Load(client, await residentsOf(client));
    await load.until(() => load.acknowledged.length >= 60);
    cluster("crash", folder);
    const before = load.failed.length;
    await load.until(() => load.failed.length >= before + 16);
    assertClearProblem(await client.fetch("/api/obligations"), [500, 503]);
    assertClearProblem(await client.fetch("/api/session"), [500, 503]);
    cluster("resume", folder);
    const sofar = load.acknowledged.length;
    await load.until(() => load.acknowledged.length >= sofar + 40);
    await load.end();
    assert.ok(load.acknowledged.length >= sofar + 40);
    for (const { answer } of load.failed) assertClearProblem(answer, [500, 503]);
    assert.equal(server.process.exitCode, null);
    await eventually(() => client.fetch("/api/obligations"));
    for (let i = 0; i < 32; i++) await eventually(() => client.fetch("/api/health"));
    await assertNothingLost(client, { acknowledged: load.acknowledged, failed: load.failed.slice(0, 40) });
    assert.equal(await server.stop(), 0);
    assertVerified(options);
  });
});

describe("a full disk", () => {
  async function fillUntilRefused(client, residents) {
    const load = new Load(client, residents);
    await load.until(() => load.failed.length >= 8);
    await load.end();
    assert.ok(load.failed.length >= 8);
    for (const { answer } of load.failed) {
      assertClearProblem(answer, [507, 500]);
      if (answer.status === 507) assert.match(answer.body.titles.en, /disk is full/);
      assert.match(answer.body.titles.en, /nothing was saved/i);
    }
    return load;
  }

  it("is said to whoever submits, and all goes on when there is room again", { timeout: 60000 }, async (t) => {
    const folder = join(temporaryFolder(), "disk");
    mkdirSync(folder);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      return t.skip("needs root, to mount a small disk");
    }
    const [, source] = makeCounty();
    try {
      const options = ["--db", join(folder, "county.db")];
      for (const suffix of ["", ".keys"]) copyFileSync(source + suffix, options[1] + suffix);
      const server = await serve(t, options);
      const client = await logIn(server, "clinician");
      const residents = await residentsOf(client);
      const filler = join(folder, "filler");
      fill(filler);
      const load = await fillUntilRefused(client, residents);
      assert.ok(load.failed.some(({ answer }) => answer.status === 507));
      assert.equal((await client.fetch("/api/obligations")).status, 200, "reading goes on");
      rmSync(filler);
      await eventually(() => submit(client, load.failed[0].body));
      await assertNothingLost(client, load);
      assert.equal(await server.stop(), 0);
      assertVerified(options);
    } finally {
      execFileSync("umount", ["-l", folder]);
    }
  });

  /** Takes all room but 200 kB. */
  function fill(file) {
    const handle = openSync(file, "w");
    let size = 0;
    try {
      for (;;) size += writeSync(handle, Buffer.alloc(65536));
    } catch (error) {
      assert.equal(error.code, "ENOSPC");
    }
    closeSync(handle);
    truncateSync(file, Math.max(0, size - 200000));
  }

  it("is survived too where files may not grow", { timeout: 60000 }, async (t) => {
    const options = makeCounty();
    run("resident", "duplicates", ...options); // else the server derives them at first, and the room is gone before the log-in
    const limited = ["prlimit", "--fsize=400000", "sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"];
    const server = endWith(t, await startServerBehind(limited, options));
    const client = await logIn(server, "clinician");
    const load = await fillUntilRefused(client, await residentsOf(client));
    assert.equal((await client.fetch("/api/obligations")).status, 200, "reading goes on");
    assert.equal(server.process.exitCode, null);
    await server.stop();
    const again = await serve(t, options);
    await assertNothingLost(await logIn(again, "clinician"), load);
    assert.equal(await again.stop(), 0);
    assertVerified(options);
  });
});
