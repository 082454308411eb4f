// Who may do what: every route, without a session, without the permission, without the token of the session.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lines, newId } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const logins = ["doctor", "clinician", "director", "county", "admin"];

for (const [name, makeDatabase] of databases) {
  describe(`access on ${name}`, () => {
    let server, options, routes;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      const { body } = await new Client(server).fetch("/api/openapi.json");
      routes = Object.entries(body.paths).flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, operation]) => ({
          method: method.toUpperCase(),
          path: path.replaceAll(/\{\w+\}/g, newId()),
          permission: operation["x-permission"],
          said: `${method} ${path}`,
        })),
      );
      assert.ok(routes.length >= 19);
    });
    after(() => server?.stop());

    const ask = (client, { method, path }) => client.fetch(path, { method, body: method === "POST" ? {} : undefined });

    it("asks for a login on every route that is not public", async () => {
      for (const route of routes) {
        const { status, body } = await ask(new Client(server), route);
        if (route.permission === "PUBLIC" || route.path === "/metrics") {
          assert.notEqual(status, 401, route.said);
          continue;
        }
        assert.equal(status, 401, route.said);
        assert.equal(body.problems[0].code, "LOGIN_REQUIRED");
      }
      assert.deepEqual(routes.filter(({ permission }) => permission === "PUBLIC").map(({ said }) => said).sort(), ["get /api/demo", "get /api/health", "get /api/openapi.json", "post /api/grid-doctor", "post /api/session"]);
    });

    it("refuses every role what it lacks and nothing that it holds", async () => {
      const refused = new Set();
      for (const login of logins) {
        const client = await logIn(server, login);
        const { permissions } = (await client.fetch("/api/session")).body.account;
        for (const route of routes) {
          if (route.permission === "PUBLIC" || route.path === "/metrics" || route.method === "DELETE") continue;
          const { status, body } = await ask(client, route);
          if (permissions.includes(route.permission)) {
            assert.ok(status !== 401 && status !== 403 && status < 500, `${login} ${route.said}: ${status}`);
          } else {
            refused.add(route.permission);
            assert.equal(status, 403, `${login} ${route.said}`);
            assert.equal(body.problems[0].code, "NOT_PERMITTED");
            assert.match(body.titles.zh, /岗位（[\u4e00-\u9fff]+）/);
            assert.doesNotMatch(body.titles.en, /[\u4e00-\u9fff]/);
          }
        }
      }
      for (const permission of ["residents.read", "residents.search", "records.read", "records.write", "records.void_own", "obligations.read"]) assert.ok(refused.has(permission), permission);
    });

    it("takes no write without the token of the session, from any role", async () => {
      for (const login of logins) {
        const client = await logIn(server, login);
        for (const route of routes.filter(({ method, permission }) => method !== "GET" && permission !== "PUBLIC")) {
          for (const csrf of ["", "wrong", `${client.csrf}x`]) {
            const kept = client.csrf;
            client.csrf = csrf;
            const { status, body } = await ask(client, route);
            client.csrf = kept;
            assert.equal(status, 403, `${login} ${route.said}`);
            assert.equal(body.problems[0].code, "CSRF_WRONG");
          }
        }
        assert.equal((await client.fetch("/api/session")).status, 200);
      }
    });

    it("shows an ID number whole only for a reason, to those in whose sight the person is, and writes it down first", async () => {
      const doctor = await logIn(server, "doctor");
      const { items } = (await doctor.fetch("/api/obligations?state=overdue,due,open&limit=1")).body;
      const id = items[0].resident.id;
      const { resident } = (await doctor.fetch(`/api/residents/${id}`)).body;
      const path = `/api/residents/${id}/reveal`;
      const reason = "核对新办的居民身份证号码";
      const short = await doctor.fetch(path, { method: "POST", body: { reason: "看一下" } });
      assert.equal(short.status, 422);
      assert.equal(short.body.problems[0].code, "REASON_SHORT");
      const before = lines("audit verify", options)[0].entries;
      const whole = await doctor.fetch(path, { method: "POST", body: { reason } });
      assert.equal(whole.status, 200, whole.text);
      assert.match(whole.body.id_number, /^\d{17}[\dX]$/);
      assert.equal(whole.body.id_number.slice(0, 6) + whole.body.id_number.slice(-4), resident.id_number_masked.replaceAll("*", ""));
      for (let i = 0; i < 10; i++) assert.equal((await doctor.fetch(path, { method: "POST", body: { reason } })).status, 200);
      // More than the reads before it that may still have been queued.
      assert.ok(lines("audit verify", options)[0].entries >= before + 11);
      const unknown = await doctor.fetch(`/api/residents/${newId()}/reveal`, { method: "POST", body: { reason } });
      assert.equal(unknown.status, 404);
      assert.equal((await (await logIn(server, "county")).fetch(path, { method: "POST", body: { reason } })).status, 403);
    });

    it("takes the token of no other session", async () => {
      const [one, two] = [await logIn(server, "doctor"), await logIn(server, "doctor")];
      one.csrf = two.csrf;
      assert.equal((await one.fetch("/api/session", { method: "DELETE" })).status, 403);
      assert.equal((await two.fetch("/api/session", { method: "DELETE" })).status, 204);
    });

    it("ends a session at logout, and only that one", async () => {
      const [one, two] = [await logIn(server, "doctor"), await logIn(server, "doctor")];
      assert.equal((await one.fetch("/api/session", { method: "DELETE" })).status, 204);
      const after = await one.fetch("/api/obligations");
      assert.equal(after.status, 401);
      assert.equal(after.body.problems[0].code, "LOGIN_REQUIRED");
      assert.equal((await two.fetch("/api/obligations")).status, 200);
    });

    it("locks a login after five wrong passwords, whoever it is, and says until when", async () => {
      for (const login of ["director", "nobody-of-this-name"]) {
        const statuses = [];
        for (let i = 0; i < 5; i++) statuses.push((await new Client(server).logIn(login, "wrong password")).status);
        assert.deepEqual(statuses, [401, 401, 401, 401, 401], login);
        const locked = await new Client(server).logIn(login);
        assert.equal(locked.status, 429, login);
        assert.equal(locked.body.problems[0].code, "LOGIN_LOCKED");
        assert.match(locked.body.titles.zh, /\d\d:\d\d/);
        assert.match(locked.body.titles.en, /\d\d:\d\d/);
      }
      assert.equal((await new Client(server).logIn("doctor")).status, 200);
    });

    it("lets sessions expire and says that nothing typed is lost", async () => {
      const client = await logIn(server, "doctor");
      assert.equal(await server.stop(), 0);
      server = await startServer(options, "--on", "2025-07-02");
      client.server = server;
      const answer = await client.fetch("/api/obligations", { headers: { "accept-language": "en" } });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.problems[0].code, "SESSION_EXPIRED");
      assert.match(answer.body.title, /still on this device/);
      assert.match(answer.body.titles.zh, /登录已过期/);
      const again = await logIn(server, "doctor");
      assert.equal((await again.fetch("/api/obligations")).body.on, "2025-07-02");
    });
  });
}
