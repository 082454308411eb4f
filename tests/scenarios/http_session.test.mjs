// Logging in and out, permissions, and what everybody may see, on both databases.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client, databases, logIn, makeCertificate, makeCounty, password, converse, startServer } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`sessions on ${name}`, () => {
    let server;
    before(async () => {
      server = await startServer(makeCounty(makeDatabase));
    });
    after(() => server?.stop());

    it("shows the demo accounts, and each of them can log in", async () => {
      const { body } = await new Client(server).fetch("/api/demo");
      assert.equal(body.is_demo, true);
      assert.equal(body.today, "2025-06-30");
      assert.ok(body.accounts.length >= 4);
      for (const account of body.accounts) {
        const answer = await new Client(server).logIn(account.login, account.password);
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.body.account.facility.code, account.facility.code);
        assert.ok(answer.body.account.role_title.zh && answer.body.account.role_title.en);
      }
    });

    it("keeps the cookie from scripts and other sites", async () => {
      const answer = await new Client(server).logIn("doctor");
      assert.match(answer.headers.get("set-cookie"), /^session=[\w-]{40,}; Path=\/; HttpOnly; SameSite=Strict$/);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    });

    it("gives wrong account and wrong password the same answer", async () => {
      const wrong = await new Client(server).logIn("doctor", "not the password");
      const unknown = await new Client(server).logIn("nobody-at-all", password);
      assert.equal(wrong.status, 401);
      assert.equal(unknown.status, 401);
      delete wrong.body.request_id;
      delete unknown.body.request_id;
      assert.deepEqual(wrong.body, unknown.body);
    });

    it("asks for a login where one is needed", async () => {
      const answer = await new Client(server).fetch("/api/obligations", { headers: { "accept-language": "en" } });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.equal(answer.body.title, "Please log in");
      assert.equal(answer.body.titles.zh, "请先登录");
      const forged = await new Client(server).fetch("/api/session", { headers: { cookie: "session=AAAAAAAA" } });
      assert.equal(forged.status, 401);
    });

    it("does nothing as somebody else than the page means", async () => {
      const doctor = await logIn(server, "doctor");
      const { id } = (await doctor.fetch("/api/session")).body.account;
      const other = await logIn(server, "clinician");
      const meant = { headers: { "catchment-account": id } };
      assert.equal((await doctor.fetch("/api/forms", meant)).status, 200);
      for (const [path, options] of [["/api/forms", meant], ["/api/records", { ...meant, method: "POST", body: {} }]]) {
        const answer = await other.fetch(path, options);
        assert.equal(answer.status, 401, path);
        assert.deepEqual(answer.body.problems.map(({ code }) => code), ["SESSION_OF_ANOTHER"]);
      }
    });

    it("takes no write without the token of the session", async () => {
      const client = await logIn(server, "doctor");
      const csrf = client.csrf;
      for (const wrong of ["", "wrong", csrf.slice(1), `${csrf}A`]) {
        client.csrf = wrong;
        assert.equal((await client.fetch("/api/session", { method: "DELETE" })).status, 403, wrong);
      }
      client.csrf = csrf;
      assert.equal((await client.fetch("/api/session")).status, 200);
      assert.equal((await client.fetch("/api/session", { method: "DELETE" })).status, 204);
      assert.equal((await client.fetch("/api/session")).status, 401);
    });

    it("holds each role to its permissions", async () => {
      const county = await logIn(server, "county");
      assert.equal((await county.fetch("/api/areas")).status, 200);
      const refused = await county.fetch("/api/residents?q=%E5%BC%A0");
      assert.equal(refused.status, 403);
      assert.equal(refused.body.problems[0].code, "NOT_PERMITTED");
    });

    it("names facilities with their areas, and forms with their wire", async () => {
      const client = await logIn(server, "doctor");
      const { facilities } = (await client.fetch("/api/facilities")).body;
      assert.ok(facilities.length > 300);
      assert.ok(facilities.some((facility) => facility.areas.length > 0));
      const { forms } = (await client.fetch("/api/forms")).body;
      for (const { id, version } of forms) {
        const form = (await client.fetch(`/api/forms/${id}?version=${version}`)).body;
        assert.match(form.wire, /^catchment-form\t1\n/);
        assert.ok(form.definition.fields.length > 0);
      }
      const older = (await client.fetch(`/api/forms/${forms[0].id}?version=0.0.1`)).body;
      assert.deepEqual([older.version, older.is_version_asked], [forms[0].version, false]);
      assert.equal((await client.fetch(`/api/forms/${forms[0].id}`)).body.is_version_asked, true);
    });

    it("refuses parameters that there are not", async () => {
      const client = await logIn(server, "doctor");
      for (const path of ["/api/obligations?areas=1", "/api/residents?q=x&sort=name", "/api/session?x"]) {
        const answer = await client.fetch(path);
        assert.equal(answer.status, 422, path);
        assert.equal(answer.body.problems[0].code, "PARAMETER_UNKNOWN");
        assert.ok(path.includes(answer.body.problems[0].where));
      }
    });

    it("describes every route with its permission", async () => {
      const { body } = await new Client(server).fetch("/api/openapi.json");
      assert.equal(body.openapi, "3.1.0");
      for (const path of Object.values(body.paths)) {
        for (const operation of Object.values(path)) {
          assert.ok(operation["x-permission"]);
          assert.ok(operation.summary && operation["x-summary-zh"]);
        }
      }
      assert.deepEqual(body.paths["/api/session"].post.requestBody.content["application/json"].schema.required, ["login", "password"]);
    });

    it("counts for the collector on this machine only", async () => {
      const { text } = await new Client(server).fetch("/metrics");
      assert.match(text, /^catchment_requests_total\{method="GET",route="\/api\/demo",status="2xx"\} [1-9]/m);
      assert.match(text, /^catchment_memory_bytes [1-9]/m);
      assert.match(text, /^catchment_job_steps_total\{job="obligations"\} \d/m);
      assert.equal((await new Client(server).fetch("/metrics", { headers: { "x-forwarded-for": "192.0.2.1" } })).status, 401);
    });

    it("locks an account after repeated wrong passwords", async () => {
      const statuses = [];
      for (let i = 0; i < 7; i++) statuses.push((await new Client(server).logIn("director", "wrong password")).status);
      assert.equal(statuses[0], 401);
      assert.equal(statuses.at(-1), 429);
      assert.equal((await new Client(server).logIn("director")).status, 429);
      assert.equal((await new Client(server).logIn("clinician")).status, 200);
    });
  });
}

for (const [name, makeDatabase] of databases) {
  it(`locks out the caller whom the trusted proxy names, not everybody behind it, on ${name}`, async (t) => {
    const server = await startServer(makeCounty(makeDatabase, { residents: 1000 }), "--trusted-proxy", "127.0.0.1");
    t.after(() => server.stop());
    const from = (forwarded, login, word) =>
      new Client(server).fetch("/api/session", { method: "POST", body: { login, password: word }, headers: { "x-forwarded-for": forwarded } });
    let last;
    for (let i = 0; i < 21; i++) last = await from(`192.0.2.${i}, 198.51.100.1`, `nobody-${i}`, "wrong password");
    assert.equal(last.status, 429, "what a caller says before the proxy's entry does not help");
    assert.equal((await from("198.51.100.1", "doctor", password)).status, 429);
    assert.equal((await from("198.51.100.2", "doctor", password)).status, 200);
  });
}

it("marks the cookie for TLS only under TLS", async () => {
  const server = await startServer(makeCounty(undefined, { residents: 1000 }), ...makeCertificate());
  const body = JSON.stringify({ login: "doctor", password });
  const heard = await converse(
    server,
    `POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    { halfClose: false },
  );
  assert.match(heard, /Set-Cookie: session=[^\r]*; Secure\r\n/);
  assert.match(heard, /Strict-Transport-Security: /);
  assert.equal(await server.stop(), 0);
});
