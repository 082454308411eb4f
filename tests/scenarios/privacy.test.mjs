// Logs without personal data: every route is driven with known invented names, numbers, passwords and tokens, in
// good requests, broken ones and ones that the database refuses; afterwards none of them stands in the server's log,
// PostgreSQL's log (set up as the operator's guide says), the audit, the metrics or the process list.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, newId } from "../support/county.mjs";
import { Client, converse, databases, logIn, makeCounty, password, program, root, sql, startServer } from "../support/server.mjs";

const secrets = {
  name: "泄漏某某某",
  latin: "Leakington",
  number: "E99667788",
  card: "996613195001019966",
  phone: "13899667711",
  address: "泄漏村九十九号",
  password: "leaky-password-9966",
  token: "leakytoken9966leakytoken9966leakytoken9966",
};
const isPostgres = (options) => options[1].startsWith("postgresql:");

function leaks(text) {
  const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)));
  return found.map(([kind, secret]) => `${kind}: ${text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret) + 60)}`);
}

for (const [name, makeDatabase] of databases) {
  describe(`personal data, on ${name}`, () => {
    let options, server, clients, area, paths;
    const sessions = [];
    before(async () => {
      options = makeCounty(makeDatabase);
      if (isPostgres(options)) {
        await sql(options, "ALTER DATABASE catchment SET log_error_verbosity = terse");
        for (const setting of ["log_min_duration_statement = 0", "log_parameter_max_length_on_error = -1"]) await sql(options, `ALTER DATABASE catchment SET ${setting}`);
      }
      server = await startServer([...options, "--log-level", "debug"]);
      clients = await Promise.all(["doctor", "clinician", "township", "admin"].map((login) => logIn(server, login)));
      for (const { cookie, csrf } of clients) sessions.push(cookie.split("=")[1], csrf);
      paths = (await clients[0].fetch("/api/openapi.json")).body.paths;
      area = (await clients[0].fetch("/api/areas")).body.areas.find(({ level }) => level === 5).code;
      const { items } = (await clients[0].fetch("/api/obligations?state=overdue,due,open")).body;
      area = items[0].resident.area;
    });
    after(() => server?.stop());

    const person = (more = {}) => ({ id: newId(), area, sex: "2", birth_date: "1950-01-01", name: secrets.name, id_type: "03", id_number: secrets.number, phone: secrets.phone, address: secrets.address, ...more });
    const post = (client, path, body) => client.fetch(path, { method: "POST", body });

    it("of a person who is registered, found, opened, shown and merged", async () => {
      const [doctor, clinician] = clients;
      const one = person();
      assert.equal((await post(doctor, "/api/residents", one)).status, 201);
      const other = person({ id_number: `${secrets.number}1` });
      assert.equal((await post(doctor, "/api/residents", other)).status, 201);
      assert.equal((await post(doctor, "/api/residents", person({ id_type: "01", id_number: secrets.card }))).status, 422);
      for (const q of [secrets.name, secrets.number, secrets.phone, secrets.latin, secrets.card]) assert.equal((await doctor.fetch(`/api/residents?q=${encodeURIComponent(q)}`)).status, 200);
      assert.ok((await doctor.fetch(`/api/residents/${one.id}`)).text.includes(secrets.name), "the page itself shows it");
      await post(doctor, `/api/residents/${one.id}/reveal`, { reason: "核对" });
      await post(clinician, `/api/residents/${other.id}/merge`, { into: one.id, reason: "同一人" });
    });

    it("in every route with every method, with and without a session, in address, query, body and headers", async () => {
      const text = JSON.stringify({ ...person(), login: secrets.latin, password: secrets.password, new_password: secrets.password, facility: secrets.name, role: secrets.latin, reason: "核对", answers: { name: secrets.name, phone: secrets.phone } });
      for (const client of [...clients, new Client(server)]) {
        for (const path of Object.keys(paths)) {
          for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"]) {
            if (path === "/api/session" && method === "DELETE") continue;
            const address = `${path.replace(/\{\w+\}/g, encodeURIComponent(secrets.name))}?q=${encodeURIComponent(secrets.name)}&area=${secrets.latin}&program=${secrets.latin}&form=${secrets.latin}&after=${secrets.number}&on=${secrets.phone}&facility=${secrets.latin}`;
            const bodies = method === "GET" ? [undefined] : [text, text.slice(0, -20), `${secrets.name} no json`];
            for (const body of bodies) {
              const answer = await client.fetch(address, { method, body, headers: { "content-type": "application/json", referer: `http://x/${secrets.latin}` } });
              assert.ok(answer.status < 500, `${method} ${path}: ${answer.text}`);
            }
          }
        }
      }
    });

    it("in requests that never reach a route", async () => {
      for (const head of [`GET /${secrets.latin} HTTP/9.9`, `GET /${secrets.latin}`, `FLY /${secrets.latin} HTTP/1.1\r\nHost: ${secrets.latin}`, `GET / HTTP/1.1\r\nHost: x\r\nCookie: session=${secrets.token}\r\nContent-Length: 1\r\nContent-Length: 2\r\nX: ${secrets.name}`]) await converse(server, `${head}\r\n\r\n`);
      const stranger = new Client(server);
      await stranger.fetch("/api/session", { headers: { cookie: `session=${secrets.token}` } });
      for (let i = 0; i < 12; i++) await stranger.logIn(secrets.password, secrets.password);
      assert.equal((await stranger.logIn(secrets.latin, secrets.password)).status, 401);
      assert.equal((await fetch(`${server.url}/${encodeURIComponent(secrets.name)}.html`)).status, 404);
    });

    it("in writes that the database itself refuses", async () => {
      if (isPostgres(options)) await sql(options, "ALTER TABLE resident ADD CONSTRAINT planted CHECK (area_code = 'nowhere') NOT VALID");
      else await sql(options, "CREATE TRIGGER planted BEFORE INSERT ON resident BEGIN SELECT RAISE(ABORT, 'planted'); END");
      const answer = await post(clients[0], "/api/residents", person({ id_number: `${secrets.number}2` }));
      assert.ok(answer.status >= 400, answer.text);
      assert.deepEqual(leaks(answer.text), []);
      await sql(options, isPostgres(options) ? "ALTER TABLE resident DROP CONSTRAINT planted" : "DROP TRIGGER planted");
    });

    it("stands in no log, metric, audit entry or list of processes", async () => {
      for (const token of sessions) secrets[`session ${token.slice(0, 6)}`] = token;
      secrets["password of the demo"] = password;
      assert.ok(server.log.split("\n").length > 500, "it has been driven");
      const metrics = (await clients[3].fetch("/metrics")).text;
      assert.match(metrics, /requests/);
      const seen = { log: server.log, metrics, system: (await clients[3].fetch("/api/system")).text, audit: await sql(options, "SELECT action, detail FROM audit_entry") };
      for (const file of ["cmdline", "environ"]) seen[file] = readFileSync(`/proc/${server.process.pid}/${file}`, "utf8");
      if (isPostgres(options)) {
        seen.postgres = readFileSync(join(options[1].split("host=")[1], "log"), "utf8");
        assert.match(seen.postgres, /violates check constraint "planted"/);
      }
      for (const [where, text] of Object.entries(seen)) assert.deepEqual(leaks(text), [], where);
      for (const line of server.log.trim().split("\n")) JSON.parse(line);
    });

    it("typed behind resident add leaves the list of processes at once", async () => {
      const child = spawn(program, ["resident", "add", ...options, "--area", area, "--sex", "2", "--birth-date", "1950-01-01", "--name", secrets.name, `--phone=${secrets.phone}`, "--id-type", "03", "--id-number", `${secrets.number}3`], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((done) => child.once("close", done));
      let seen = "";
      // the last thing seen before it ends; its first instants belong to the system, which starts it
      while (child.exitCode === null && child.signalCode === null) {
        try {
          seen = readFileSync(`/proc/${child.pid}/cmdline`, "utf8") || seen;
        } catch {
          break;
        }
        await new Promise((turn) => setImmediate(turn));
      }
      assert.equal(await ended, 0);
      assert.match(seen, /--name\0x+/);
      assert.deepEqual(leaks(seen), []);
    });

    it("warns when PostgreSQL's log would show values", () => {
      if (!isPostgres(options)) return;
      const check = () => attempt("config", "check", ...options, "--packs", join(root, "packs")).out;
      assert.doesNotMatch(check(), /log_error_verbosity/);
      execFileSync("psql", [options[1], "-qc", "ALTER DATABASE catchment RESET log_error_verbosity"]);
      assert.match(check(), /"warn".*log_error_verbosity = terse/);
    });
  });
}
