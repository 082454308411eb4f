// Accounts on the command line: added with a first password, listed, shut and opened, reset, their sessions ended;
// each change in the audit, and in force in the running server at once.
import assert from "node:assert/strict";
import { describe, it, before, after } from "node:test";
import { attempt, lines } from "../support/county.mjs";
import { Client, databases, makeCounty, startServer } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`accounts on the command line, on ${name}`, () => {
    let options, server, first;
    const user = (words, ...more) => lines(`user ${words}`, options, ...more);
    before(async () => {
      options = makeCounty(makeDatabase, { residents: 1000 });
      server = await startServer(options);
    });
    after(() => server.stop());

    const mayAsk = async (client) => (await client.fetch("/api/session")).status === 200;

    it("adds one with a first password, which opens nothing but its own change", async () => {
      const [added] = user("add", "--login", "new.officer", "--name", "新管理", "--role", "administrator", "--facility", "441322");
      assert.equal(added.login, "new.officer");
      first = added.first_password;
      assert.ok(first.length >= 8, first);
      const client = new Client(server);
      assert.equal((await client.logIn("new.officer", first)).status, 200);
      assert.equal((await client.fetch("/api/areas")).status, 403);
      const changed = await client.fetch("/api/session/password", { method: "POST", body: { password: first, new_password: "another long one" } });
      assert.ok(changed.status < 300, changed.text);
      const [shown] = user("show", "new.officer");
      assert.deepEqual([shown.must_change, shown.is_disabled, shown.sessions, shown.role], [false, false, 1, "administrator"]);
    });

    it("lists them all by login, or those below a facility, and never a password", () => {
      const all = user("list");
      assert.deepEqual(all.map(({ login }) => login), all.map(({ login }) => login).sort());
      assert.ok(all.some(({ login }) => login === "new.officer") && all.length > 2);
      const place = all.find(({ facility }) => facility.includes("V"));
      const there = user("list", "--facility", place.facility);
      assert.ok(there.length > 0 && there.length < all.length);
      for (const one of there) assert.equal(one.facility, place.facility);
      assert.doesNotMatch(JSON.stringify(all), /argon|hash|password/);
    });

    it("shows the open sessions and ends one, or all", async () => {
      const clients = [new Client(server), new Client(server)];
      for (const client of clients) assert.equal((await client.logIn("clinician")).status, 200);
      const open = user("sessions", "clinician");
      assert.equal(open.length, 2);
      assert.equal(user("sessions", "clinician", "--end", open[0].session).length, 1);
      assert.deepEqual((await Promise.all(clients.map(mayAsk))).sort(), [false, true]);
      assert.deepEqual(user("sessions", "clinician", "--end", "all"), []);
      assert.deepEqual(await Promise.all(clients.map(mayAsk)), [false, false]);
      assert.equal(attempt("user", "sessions", ...options, "clinician", "--end", "tomorrow").code, 64);
    });

    it("shuts one, which ends its sessions, and opens it again", async () => {
      const client = new Client(server);
      assert.equal((await client.logIn("clinician")).status, 200);
      assert.equal(user("disable", "clinician")[0].is_disabled, true);
      assert.equal(await mayAsk(client), false);
      assert.equal((await new Client(server).logIn("clinician")).status, 401);
      assert.equal(user("enable", "clinician")[0].is_disabled, false);
      assert.equal((await new Client(server).logIn("clinician")).status, 200);
    });

    it("gives a new first password, also to who is locked out", async () => {
      let answer;
      for (let i = 0; i < 12; i++) answer = await new Client(server).logIn("new.officer", "not this one");
      assert.equal(answer.status, 429, answer.text);
      const [reset] = user("reset", "new.officer");
      assert.notEqual(reset.first_password, first);
      assert.equal((await new Client(server).logIn("new.officer", "another long one")).status, 401);
      assert.equal((await new Client(server).logIn("new.officer", reset.first_password)).body?.account.must_change, true);
    });

    it("says who is not there, and wants one login", () => {
      const unknown = attempt("user", "disable", ...options, "nobody.here");
      assert.equal(unknown.code, 66);
      assert.match(unknown.err, /nobody\.here/);
      const none = attempt("user", "reset", ...options);
      assert.equal(none.code, 64);
      assert.match(none.err, /name one LOGIN/);
    });

    it("leaves an audit chain that is whole", () => {
      assert.equal(lines("audit verify", options)[0].broken_at, null);
    });
  });
}
