// The whole matrix of access, as it is printed, against a server: every role, for every purpose of its sessions, at a
// clinic and at its township's centre, and every way of standing to a person. What is refused answers like what is not there.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, lines, newId, parseLines, wholeList, withoutRequest } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const printed = parseLines(attempt("access", "matrix", "--json", "--packs", join(root, "packs")).out);
const cell = (path, role, purpose, standing) => printed.find((row) => row.method === "GET" && row.path === path && row.role === role && row.purpose === purpose)[standing];
const pairs = [...new Map(printed.map(({ role, purpose }) => [`${role} ${purpose}`, { role, purpose }])).values()];
const roles = [...new Set(pairs.map(({ role }) => role))];
const kinds = ["treating", "contract", "referral", "worklist", "sample", "card"];
const reason = "门诊急救，需了解既往用药";
const mask = (answer) => JSON.stringify(withoutRequest(answer)).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");

describe("the printed matrix", () => {
  it("has every route for every role and purpose, and the roles of a county", () => {
    const routes = new Set(printed.map(({ method, path }) => `${method} ${path}`));
    assert.equal(printed.length, routes.size * pairs.length);
    for (const role of ["village_doctor", "assistant_physician", "physician", "general_practitioner", "public_health_physician", "nurse", "tcm_physician", "reporting_physician", "sterile_supply_worker", "township_director", "lead_hospital_director", "posted_manager", "county_commission", "inspector", "cdc_reviewer", "finance_officer", "insurance_officer", "administrator", "auditor"]) assert.ok(roles.includes(role), role);
    for (const row of printed) assert.ok(row.ended === row.elsewhere, "an ended relation opens nothing");
  });

  it("keeps persons from those whom the county's table keeps from them", () => {
    for (const role of ["sterile_supply_worker", "lead_hospital_director", "county_commission", "finance_officer", "insurance_officer", "administrator", "auditor", "township_administrator"]) {
      for (const row of printed.filter((line) => line.role === role && ["one", "search", "list"].includes(line.persons))) {
        for (const standing of ["own", "below", "elsewhere", ...kinds, "emergency", "ended"]) assert.notEqual(row[standing], "full", `${role} ${row.path}`);
      }
    }
    for (const [role, kind] of [["reporting_physician", "worklist"], ["inspector", "sample"], ["cdc_reviewer", "card"]]) {
      for (const { purpose } of pairs.filter((pair) => pair.role === role)) {
        assert.deepEqual(["own", "elsewhere", ...kinds].filter((standing) => cell("/api/residents/{id}", role, purpose, standing) === "full"), [kind], role);
      }
    }
  });
});

for (const [name, makeDatabase] of databases) {
  describe(`the matrix of access on ${name}`, () => {
    let server, options, clinic, centre;
    const people = {};
    const accounts = [];
    before(async () => {
      options = makeCounty(makeDatabase, { residents: 6000 });
      server = await startServer(options);
      const doctor = await logIn(server, "doctor");
      const director = await logIn(server, "director");
      clinic = (await doctor.fetch("/api/session")).body.account.facility.code;
      centre = (await director.fetch("/api/session")).body.account.facility.code;
      // People of another township, one for each relation, from the list of a physician of its centre.
      const word = join(temporaryFolder(), "word");
      writeFileSync(word, "a-word-for-all-of-them");
      const add = (login, role, facility) => {
        const { code, err } = attempt("user", "add", ...options, "--packs", join(root, "packs"), "--login", login, "--name", "某人", "--role", role, "--facility", facility, "--password-file", word);
        assert.equal(code, 0, err);
      };
      const facilities = lines("facilities", options);
      const far = facilities.find(({ kind, code }) => /^(township|central)_centre$/.test(kind) && code !== centre);
      add("far", "physician", far.code);
      const other = await session("far");
      const take = async (client, at) => {
        const ids = [...new Set((await wholeList(client)).filter(({ last }) => last).map(({ resident }) => resident.id))];
        const page = (await client.fetch(`/api/residents/${ids[at]}`)).body;
        const { id_number } = (await client.fetch(`/api/residents/${ids[at]}/reveal`, { method: "POST", body: { reason } })).body;
        return { id: ids[at], number: id_number, village: page.resident.area, record: page.records[0].id, name: page.resident.name };
      };
      people.own = await take(doctor, 0);
      for (const [at, standing] of ["elsewhere", ...kinds, "emergency", "ended"].entries()) people[standing] = await take(other, at);
      for (const facility of [clinic, centre]) {
        for (const kind of kinds) lines("relations grant", options, "--resident", people[kind].id, "--kind", kind, "--facility", facility, "--until", "2025-12-31");
        for (const kind of kinds) lines("relations grant", options, "--resident", people.ended.id, "--kind", kind, "--facility", facility, "--from", "2025-01-01", "--until", "2025-06-29");
      }
      for (const role of roles) {
        for (const [where, facility] of [["clinic", clinic], ["centre", centre]]) {
          const login = `${role}-${where}`;
          add(login, role, facility);
          accounts.push({ role, where, login });
        }
      }
      await server.stop(); // connections have waited too long while accounts were made
      server = await startServer(options);
    });
    after(() => server?.stop());

    /** How a person stands to an account: who lives in the clinic's village is below the centre. */
    const standingOf = (where, standing) => (standing === "own" && where === "centre" ? "below" : standing);

    async function session(login, purpose) {
      const client = new Client(server);
      const answer = await client.fetch("/api/session", { method: "POST", body: { login, password: "a-word-for-all-of-them", purpose } });
      assert.equal(answer.status, 200, answer.text);
      client.cookie = answer.headers.get("set-cookie").split(";")[0];
      client.csrf = answer.body.csrf;
      return client;
    }

    const ones = {
      "/api/residents/{id}": ({ id }) => `/api/residents/${id}`,
      "/api/residents/{id}/audit": ({ id }) => `/api/residents/${id}/audit`,
      "/api/residents/{id}/events": ({ id }) => `/api/residents/${id}/events`,
      "/api/records/{id}": ({ record }) => `/api/records/${record}`,
      "/api/obligations/why": ({ id }) => `/api/obligations/why?resident=${id}`,
      "/api/forms/{id}/context": ({ id }) => `/api/forms/hypertension_followup/context?resident=${id}`,
    };

    async function checkOnes(client, said, expected, person) {
      for (const [path, ask] of Object.entries(ones)) {
        const answer = await client.fetch(ask(person));
        const want = expected(path);
        assert.equal(answer.status, { full: 200, nothing: 404, 403: 403 }[want], `${said} ${path}: ${want}`);
        if (want === "full") continue;
        const none = await client.fetch(ask({ id: newId(), record: newId() }));
        assert.equal(mask(answer), mask(none), `${said} ${path} tells that somebody exists`);
        for (const word of [person.name, person.number]) assert.ok(!answer.text.includes(word), `${said} ${path}`);
      }
    }

    async function checkSearch(client, said, want, person) {
      for (const typed of [person.number, person.number.slice(-4), person.name, person.name.slice(-1)]) {
        const answer = await client.fetch(`/api/residents?q=${encodeURIComponent(typed)}`);
        assert.equal(answer.status, want === "403" ? 403 : 200, said);
        const found = answer.text.includes(person.id);
        // A short word may find more people than an answer holds.
        if (typed.length > 2 && typed === person.number) assert.equal(found, want === "full", `${said} search`);
        else if (want !== "full") assert.ok(!found, `${said} search by ${typed.length} characters`);
      }
    }

    async function checkLists(client, said, role, purpose, standing, person) {
      const want = cell("/api/obligations", role, purpose, standing);
      const area = want === "no identity" ? person.village.slice(0, 9) : person.village;
      const list = await client.fetch(`/api/obligations?area=${area}&limit=100`);
      if (want === "403") assert.equal(list.status, 403, said);
      else if (want === "full") assert.ok(list.text.includes(person.id), `${said} list`);
      else {
        assert.ok(!list.text.includes(person.id) && !list.text.includes(`"${person.name}"`), `${said} list`);
        assert.equal((list.body.items ?? []).length > 0, want === "no identity", `${said} rows`);
        assert.equal((list.body.counts?.overdue ?? 0) + (list.body.counts?.due ?? 0) + (list.body.counts?.open ?? 0) > 0, want === "no identity", `${said} counts`);
      }
      const numbers = cell("/api/overview", role, purpose, standing);
      const overview = await client.fetch("/api/overview");
      assert.equal(overview.status, numbers === "403" ? 403 : 200, said);
      if (overview.status === 200) assert.equal(overview.body.areas.some(({ code }) => code === person.village.slice(0, 9)), numbers === "numbers", `${said} overview`);
    }

    for (const { role, purpose } of pairs) {
      it(`holds for ${role}, ${purpose}`, async () => {
        for (const { where, login } of accounts.filter((account) => account.role === role)) {
          const client = await session(login, purpose);
          const mayOpen = (await client.fetch("/api/session")).body.account.permissions.includes("residents.emergency");
          const opened = await client.fetch("/api/emergencies", { method: "POST", body: { id_number: people.emergency.number, reason } });
          assert.equal(opened.status, mayOpen ? 200 : 403);
          for (const [named, person] of Object.entries(people)) {
            const standing = standingOf(where, named);
            const said = `${login} for ${purpose}, ${standing}`;
            await checkOnes(client, said, (path) => cell(path, role, purpose, standing), person);
            await checkSearch(client, said, cell("/api/residents", role, purpose, standing), person);
            if (["own", "elsewhere"].includes(named)) await checkLists(client, said, role, purpose, standing, person);
          }
        }
      });
    }

    it("holds for every route: who lacks the permission is refused, and nobody else", async () => {
      for (const { role, purpose } of pairs) {
        const client = await session(`${role}-centre`, purpose);
        for (const row of printed.filter((line) => line.role === role && line.purpose === purpose && line.path.startsWith("/api/") && line.method === "GET" && line.persons === "none" && !line.path.includes("{"))) {
          const { status } = await client.fetch(row.path);
          assert.equal(status === 403, row.own === "403", `${role} for ${purpose}: ${row.path} ${status}`);
        }
      }
    });
  });
}
