// The whole matrix of access, as it is printed, against a server: every role, for every purpose of its sessions, at a
// clinic and at its township's centre, and every way of standing to a person. What is refused answers like what is not there.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { attempt, lines, newId, parseLines, wholeList, withoutRequest } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

const printed = parseLines(attempt("access", "matrix", "--json", "--packs", join(root, "packs")).out);
const cells = new Map(printed.map((row) => [`${row.method} ${row.path} ${row.role} ${row.purpose}`, row]));
const cellOf = (route, role, purpose, standing) => cells.get(`${route} ${role} ${purpose}`)[standing];
const cell = (path, role, purpose, standing) => cellOf(`GET ${path}`, role, purpose, standing);
const pairs = [...new Map(printed.map(({ role, purpose }) => [`${role} ${purpose}`, { role, purpose }])).values()];
const roles = [...new Set(pairs.map(({ role }) => role))];
const kinds = ["treating", "contract", "referral", "worklist", "sample", "card"];
/* Of residents' own accounts: held by one account, never by a facility. */
const ownKinds = ["self", "guardian"];
const reason = "门诊急救，需了解既往用药";
const mask = (answer) => JSON.stringify(withoutRequest(answer)).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");

/* What a resident is told by routes about persons: of himself, and of a minor in his care. */
const ofResidents = ["/api/households/{id}", "/api/obligations/why", "/api/own", "/api/records/{id}", "/api/records/{id}/attachments/{hash}", "/api/records/{id}/history", "/api/records/{id}/print", "/api/residents/{id}", "/api/residents/{id}/audit", "/api/residents/{id}/charts", "/api/residents/{id}/events", "/api/residents/{id}/obligations/explain", "/api/residents/{id}/records", "/api/residents/{id}/relations", "/api/residents/{id}/waivers"];

describe("the printed matrix", () => {
  it("has every route for every role and purpose, and the roles of a county", () => {
    const routes = new Set(printed.map(({ method, path }) => `${method} ${path}`));
    assert.equal(printed.length, routes.size * pairs.length);
    for (const role of ["village_doctor", "assistant_physician", "physician", "general_practitioner", "public_health_physician", "nurse", "tcm_physician", "reporting_physician", "sterile_supply_worker", "contract_team_member", "township_director", "lead_hospital_director", "posted_manager", "county_commission", "inspector", "cdc_reviewer", "finance_officer", "insurance_officer", "administrator", "auditor", "resident"]) assert.ok(roles.includes(role), role);
    for (const row of printed) assert.ok(row.ended === row.elsewhere, "an ended relation opens nothing");
    const standings = ["own", "below", "elsewhere", ...kinds, ...ownKinds, "emergency", "ended"];
    for (const row of printed) assert.equal(standings.some((standing) => row[standing] === "403"), standings.every((standing) => row[standing] === "403"), `${row.role} ${row.path}`);
  });

  it("keeps persons from those whom the county's table keeps from them", () => {
    for (const role of ["sterile_supply_worker", "lead_hospital_director", "county_commission", "finance_officer", "insurance_officer", "administrator", "auditor", "township_administrator"]) {
      for (const row of printed.filter((line) => line.role === role && ["one", "home", "search", "list"].includes(line.persons))) {
        for (const standing of ["own", "below", "elsewhere", ...kinds, ...ownKinds, "emergency", "ended"]) assert.notEqual(row[standing], "full", `${role} ${row.path}`);
      }
    }
    for (const [role, kind] of [["contract_team_member", "contract"], ["reporting_physician", "worklist"], ["inspector", "sample"], ["cdc_reviewer", "card"], ["resident", ownKinds]]) {
      for (const { purpose } of pairs.filter((pair) => pair.role === role)) {
        assert.deepEqual(["own", "below", "elsewhere", ...kinds, ...ownKinds].filter((standing) => cell("/api/residents/{id}", role, purpose, standing) === "full"), [kind].flat(), role);
      }
    }
  });
});

describe("residents in the matrix", () => {
  const told = printed.filter(({ role, persons }) => role === "resident" && persons !== "none");

  it("reads of himself and of a minor in his care, and of nobody else; writes, searches and lists nothing", () => {
    for (const row of told) {
      const isOwn = row.method === "GET" && ofResidents.includes(row.path);
      for (const standing of ["own", "below", "elsewhere", ...kinds, "emergency", "ended"]) assert.ok(["403", "nothing"].includes(row[standing]), `${row.path} ${standing}`);
      for (const standing of ownKinds) assert.equal(row[standing] === "full", isOwn, `${row.method} ${row.path} ${standing}: ${row[standing]}`);
    }
    assert.deepEqual(told.filter(({ self }) => self === "full").map(({ path }) => path).sort(), ofResidents);
  });

  it("opens what is a resident's own to no other role", () => {
    for (const row of printed.filter(({ role }) => role !== "resident")) for (const standing of ownKinds) assert.equal(row[standing], row.elsewhere, `${row.role} ${row.path} ${standing}`);
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
      /* Each of a household of his own: whoever may see one of a household may open it. */
      const households = new Set();
      const take = async (client) => {
        const ids = [...new Set((await wholeList(client)).filter(({ last }) => last).map(({ resident }) => resident.id))];
        let at = -1, page;
        do page = (await client.fetch(`/api/residents/${ids[++at]}`)).body;
        while (!page.resident.household || households.has(page.resident.household));
        households.add(page.resident.household);
        const { id_number } = (await client.fetch(`/api/residents/${ids[at]}/reveal`, { method: "POST", body: { reason } })).body;
        return { id: ids[at], number: id_number, village: page.resident.area, record: page.records[0].id, form: page.records[0].form, day: page.records[0].happened_on, household: page.resident.household, name: page.resident.name };
      };
      people.own = await take(doctor);
      for (const standing of ["elsewhere", ...kinds, ...ownKinds, "emergency", "ended"]) people[standing] = await take(other);
      for (const facility of [clinic, centre]) {
        for (const kind of kinds) lines("relations grant", options, "--resident", people[kind].id, "--kind", kind, "--facility", facility, "--until", "2025-12-31");
        for (const kind of kinds) lines("relations grant", options, "--resident", people.ended.id, "--kind", kind, "--facility", facility, "--from", "2025-01-01", "--until", "2025-06-29");
      }
      for (const role of roles) {
        for (const [where, facility] of [["clinic", clinic], ["centre", centre]]) {
          const login = `${role}-${where}`;
          add(login, role, facility);
          if (role === "resident" || role === "physician") for (const kind of ownKinds) lines("relations grant", options, "--resident", people[kind].id, "--kind", kind, "--login", login, "--until", "2025-12-31");
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

    /* What lacks the permission is refused before anybody is looked for (so it stands in every column, see above): asked of two. */
    const isAskedAgain = (want, named) => want !== "403" || ["own", "elsewhere"].includes(named);

    /** What a browser asks of one person; somebody who is not there has ids of the same form. */
    const nobody = () => ({ id: newId(), record: newId(), household: newId() });
    const ones = {
      "/api/residents/{id}": ({ id }) => `/api/residents/${id}`,
      "/api/residents/{id}/audit": ({ id }) => `/api/residents/${id}/audit`,
      "/api/residents/{id}/events": ({ id }) => `/api/residents/${id}/events`,
      "/api/records/{id}": ({ record }) => `/api/records/${record}`,
      "/api/records/{id}/print": ({ record }) => `/api/records/${record}/print`,
      "/api/obligations/why": ({ id }) => `/api/obligations/why?resident=${id}`,
      "/api/forms/{id}/context": ({ id }) => `/api/forms/hypertension_followup/context?resident=${id}`,
      "/api/residents/{id}/records": ({ id }) => `/api/residents/${id}/records`,
      "/api/residents/{id}/charts": ({ id }) => `/api/residents/${id}/charts`,
      "/api/residents/{id}/waivers": ({ id }) => `/api/residents/${id}/waivers`,
      "/api/residents/{id}/obligations/explain": ({ id }) => `/api/residents/${id}/obligations/explain?rule=hypertension/followup`,
      "/api/records/{id}/history": ({ record }) => `/api/records/${record}/history`,
      "/api/residents/{id}/entries": ({ id }) => `/api/residents/${id}/entries`,
      "/api/residents/{id}/relations": ({ id }) => `/api/residents/${id}/relations`,
      "/api/households/{id}": ({ household }) => `/api/households/${household}`,
    };
    /** What somebody hears of a person who is not there: the same for all that he asks, so it is asked once. */
    const ofNobody = (client, route, send) => ((client.ofNobody ??= new Map()).has(route) ? client.ofNobody : client.ofNobody.set(route, send().then(mask))).get(route);
    /** What is written about one person: each stops after sight is decided, by something that is wrong with it or without
     *  changing what the others ask for. */
    const writes = {
      "POST /api/residents/{id}/reveal": ({ id }) => [`/api/residents/${id}/reveal`, { reason }],
      "POST /api/residents/{id}/waivers": ({ id }) => [`/api/residents/${id}/waivers`, { id: newId(), program: "hypertension", obligation: "followup", closes_on: "1999-01-01", reason: "refuses" }],
      "POST /api/residents/{id}/waivers/{waiver}/end": ({ id }) => [`/api/residents/${id}/waivers/${newId()}/end`, { reason }],
      "POST /api/residents/{id}/events": ({ id }) => [`/api/residents/${id}/events`, { id: newId(), kind: "moved", happened_on: "2025-06-01", area: "999999999999" }],
      "POST /api/residents/{id}/events/{event}/void": ({ id }) => [`/api/residents/${id}/events/${newId()}/void`, { reason }],
      "POST /api/residents/{id}/relations": ({ id }) => [`/api/residents/${id}/relations`, { source: newId(), kind: "referral", facility: clinic, until: "2125-01-01" }],
      "POST /api/residents/{id}/relations/{source}/end": ({ id }) => [`/api/residents/${id}/relations/${newId()}/end`, {}],
      "POST /api/residents/{id}/account": ({ id }) => [`/api/residents/${id}/account`, { guardian_login: "nobody" }],
      "POST /api/residents/{id}/merge": ({ id }) => [`/api/residents/${id}/merge`, { into: newId(), reason }],
      "POST /api/residents/{id}/unmerge": ({ id }) => [`/api/residents/${id}/unmerge`, { reason }],
      "POST /api/households/{id}/move": ({ household }) => [`/api/households/${household}/move`, { area: "999999999999", happened_on: "2025-06-01" }],
      "POST /api/records/{id}/refile": ({ id, record }) => [`/api/records/${record}/refile`, { id: newId(), subject: id, reason }],
      "POST /api/measures/{id}/checks": ({ record }) => ["/api/measures/quality_recorded_late/checks", { record, reason: "" }],
      "POST /api/records/{id}/void": ({ record }) => [`/api/records/${record}/void`, { reason: "" }],
      "POST /api/records": ({ id }) => ["/api/records", { id: newId(), form: "hypertension_followup", subject: id, happened_on: "2025-06-30", answers: {} }],
      "POST /api/residents/{id}/attachments": ({ id }) => [`/api/residents/${id}/attachments?form=paper_document&field=files`, "%PDF-1.4\n%%EOF\n", { "content-type": "application/pdf" }],
      "PUT /api/drafts/{form}": ({ id }) => [`/api/drafts/hypertension_followup?resident=${id}`, { id: newId(), content: "{}" }],
    };
    /** Files that nobody has sent are not there for anybody. */
    const files = {
      "GET /api/residents/{id}/attachments/{hash}": ({ id }) => `/api/residents/${id}/attachments/${"0".repeat(64)}`,
      "GET /api/records/{id}/attachments/{hash}": ({ record }) => `/api/records/${record}/attachments/${"0".repeat(64)}`,
    };
    /** One's own drafts, which answer alike for everybody. */
    const drafts = ["GET /api/drafts", "GET /api/drafts/{form}", "DELETE /api/drafts/{form}"];

    it("asks every route that meets one person", () => {
      const known = [...Object.keys(ones).map((path) => `GET ${path}`), ...Object.keys({ ...writes, ...files }), ...drafts];
      assert.deepEqual([...new Set(printed.filter(({ persons }) => ["one", "home"].includes(persons)).map(({ method, path }) => `${method} ${path}`))].sort(), known.sort());
    });

    const refusals = (answer, person) => [person.name, person.number, person.number.slice(-6)].filter((word) => answer.text.includes(word));

    async function checkWrites(client, said, expected, person) {
      for (const [route, what] of Object.entries(writes)) {
        const send = (whom) => {
          const [path, body, headers] = what(whom);
          return client.fetch(path, { method: route.split(" ")[0], body, headers });
        };
        const want = expected(route);
        if (!isAskedAgain(want, said.named)) continue;
        const answer = await send(person);
        assert.equal(answer.status === 403, want === "403", `${said} ${route}: ${answer.status}, not ${want}`);
        assert.ok(answer.status !== 401 && answer.status < 500, `${said} ${route}: ${answer.text}`);
        if (want === "403") assert.equal(answer.body.problems[0].code, "NOT_PERMITTED", `${said} ${route}`);
        const none = await ofNobody(client, route, () => send(nobody()));
        assert.equal(mask(answer) !== none, want === "full", `${said} ${route}: ${want}, but ${answer.status}`);
        if (want !== "full") assert.deepEqual(refusals(answer, person), [], `${said} ${route}`);
      }
      const mine = cellOf("GET /api/drafts", ...said.role);
      const listed = await client.fetch("/api/drafts");
      const draft = `/api/drafts/hypertension_followup?resident=${person.id}`;
      const kept = await client.fetch(draft);
      const isKept = expected("PUT /api/drafts/{form}") === "full";
      assert.equal(listed.status, mine === "403" ? 403 : 200, `${said}`);
      assert.equal(listed.text.includes(person.id), isKept, `${said} drafts`);
      assert.equal(Boolean(kept.body.draft), isKept, `${said} draft`);
      assert.equal((await client.fetch(draft, { method: "DELETE" })).status, mine === "403" ? 403 : 204, `${said}`);
    }

    /** Naming somebody beside a person whom one sees: like naming nobody. */
    async function checkBeside(client, said, expected, person) {
      const beside = {
        "POST /api/residents/{id}/merge": ({ id }) => [`/api/residents/${people.own.id}/merge`, { into: id, reason }],
        "POST /api/records/{id}/refile": ({ id }) => [`/api/records/${people.own.record}/refile`, { id: newId(), subject: id, reason }],
        "POST /api/records": ({ record }) => ["/api/records", { id: newId(), form: "hypertension_followup", subject: people.own.id, happened_on: "2025-06-30", answers: {}, amends: record, reason }],
        "POST /api/residents/{id}/events": ({ household }) => [`/api/residents/${people.own.id}/events`, { id: newId(), kind: "joined", happened_on: "2025-06-01", household }],
      };
      for (const [route, what] of Object.entries(beside)) {
        if (expected(route) !== "nothing") continue;
        const [path, body] = what(person);
        const [nowhere, other] = what(nobody());
        const answer = await client.fetch(path, { method: "POST", body });
        const none = await ofNobody(client, `${route} beside`, () => client.fetch(nowhere, { method: "POST", body: other }));
        assert.equal(mask(answer), none, `${said} ${route} beside`);
        assert.ok(answer.status >= 400, `${said} ${route} beside`);
        assert.deepEqual(refusals(answer, person), [], `${said} ${route} beside`);
      }
    }

    async function checkOnes(client, said, expected, person) {
      for (const [path, ask] of Object.entries(ones)) {
        const want = expected(path);
        if (!isAskedAgain(want, said.named)) continue;
        const answer = await client.fetch(ask(person));
        assert.equal(answer.status, { full: 200, nothing: 404, 403: 403 }[want], `${said} ${path}: ${want}`);
        if (want === "full") continue;
        const none = await ofNobody(client, path, () => client.fetch(ask(nobody())));
        assert.equal(mask(answer), none, `${said} ${path} tells that somebody exists`);
        for (const word of [person.name, person.number]) assert.ok(!answer.text.includes(word), `${said} ${path}`);
      }
    }

    async function checkFiles(client, said, expected, person) {
      for (const [route, path] of Object.entries(files)) {
        if (!isAskedAgain(expected(route), said.named)) continue;
        const answer = await client.fetch(path(person));
        assert.equal(answer.status, expected(route) === "403" ? 403 : 404, `${said} ${route}`);
        if (expected(route) !== "full") assert.equal(mask(answer), await ofNobody(client, route, () => client.fetch(path(nobody()))), `${said} ${route} tells that somebody exists`);
      }
    }

    async function checkOwn(client, said, want, person) {
      const answer = await client.fetch("/api/own");
      assert.equal(answer.status, want === "403" ? 403 : 200, `${said} own`);
      assert.equal(answer.text.includes(person.id), want === "full", `${said} own`);
    }

    async function checkSearch(client, said, want, person) {
      if (!isAskedAgain(want, said.named)) return;
      for (const typed of [person.number, person.number.slice(-4), person.name, person.name.slice(-1)]) {
        const answer = await client.fetch(`/api/residents?q=${encodeURIComponent(typed)}`);
        assert.equal(answer.status, want === "403" ? 403 : 200, said);
        const found = answer.text.includes(person.id);
        // A short word may find more people than an answer holds.
        if (typed.length > 2 && typed === person.number) assert.equal(found, want === "full", `${said} search`);
        else if (want !== "full") assert.ok(!found, `${said} search by ${typed.length} characters`);
      }
    }

    /** The table of a form's records on the day of one of the person's, and the same as a file. */
    async function checkTables(client, said, role, purpose, standing, person) {
      for (const path of ["/api/forms/{id}/records", "/api/forms/{id}/records.csv"]) {
        const want = cell(path, role, purpose, standing);
        const isByTownship = ["own", "below"].some((place) => cell(path, role, purpose, place) === "no identity");
        const area = isByTownship ? person.village.slice(0, 9) : person.village;
        const answer = await client.fetch(`${path.replace("{id}", person.form)}?from=${person.day}&until=${person.day}&area=${area}`);
        assert.equal(answer.status, want === "403" ? 403 : 200, `${said} ${path}`);
        assert.equal(answer.text.includes(person.name), want === "full", `${said} ${path}: ${want}`);
        if (want !== "full") for (const word of [person.id, person.record, person.number]) assert.ok(!answer.text.includes(word), `${said} ${path}`);
        const rows = path.endsWith(".csv") ? answer.text.trim().split("\r\n").length - 1 : (answer.body?.records ?? []).length;
        if (want !== "403") assert.equal(rows > 0, want !== "nothing", `${said} ${path} rows`);
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
      for (const path of ["/api/residents-unplaced", "/api/resident-duplicates"]) {
        const found = await client.fetch(path);
        assert.equal(found.status === 403, cell(path, role, purpose, standing) === "403", `${said} ${path}`);
        if (cell(path, role, purpose, standing) !== "full") assert.ok(!found.text.includes(person.id) && !found.text.includes(`"${person.name}"`), `${said} ${path}`);
      }
      await checkTables(client, said, role, purpose, standing, person);
      const numbers = cell("/api/overview", role, purpose, standing);
      const overview = await client.fetch("/api/overview");
      assert.equal(overview.status, numbers === "403" ? 403 : 200, said);
      if (overview.status === 200) assert.equal(overview.body.areas.some(({ code }) => code === person.village.slice(0, 9)), numbers === "numbers", `${said} overview`);
    }

    /** The accounts of a role, those of the clinic and of the centre at once. */
    const everyPlace = (role, check) => Promise.all(accounts.filter((account) => account.role === role).map(check));

    for (const { role, purpose } of pairs) {
      it(`holds for ${role}, ${purpose}`, () =>
        everyPlace(role, async ({ where, login }) => {
          const client = await session(login, purpose);
          const mayOpen = (await client.fetch("/api/session")).body.account.permissions.includes("residents.emergency");
          const opened = await client.fetch("/api/emergencies", { method: "POST", body: { id_number: people.emergency.number, reason } });
          assert.equal(opened.status, mayOpen ? 200 : 403);
          for (const [named, person] of Object.entries(people)) {
            const standing = standingOf(where, named);
            const said = Object.assign(new String(`${login} for ${purpose}, ${standing}`), { named });
            await checkOnes(client, said, (path) => cell(path, role, purpose, standing), person);
            await checkFiles(client, said, (route) => cellOf(route, role, purpose, standing), person);
            await checkOwn(client, said, cell("/api/own", role, purpose, standing), person);
            await checkSearch(client, said, cell("/api/residents", role, purpose, standing), person);
            if (["own", "elsewhere"].includes(named)) await checkLists(client, said, role, purpose, standing, person);
          }
        }));

      it(`holds for what ${role} writes, ${purpose}`, () =>
        everyPlace(role, async ({ where, login }) => {
          const client = await session(login, purpose);
          const mayOpen = (await client.fetch("/api/session")).body.account.permissions.includes("residents.emergency");
          if (mayOpen) assert.equal((await client.fetch("/api/emergencies", { method: "POST", body: { id_number: people.emergency.number, reason } })).status, 200);
          const refused = Object.keys(writes).every((route) => cellOf(route, role, purpose, "own") === "403");
          for (const [named, person] of Object.entries(people)) {
            if (refused && named !== "own") continue; // refused before anybody is looked for
            const standing = standingOf(where, named);
            const said = Object.assign(new String(`${login} for ${purpose}, ${standing}`), { named, role: [role, purpose, standing] });
            await checkWrites(client, said, (route) => cellOf(route, role, purpose, standing), person);
            if (cell("/api/residents/{id}", role, purpose, standingOf(where, "own")) === "full") await checkBeside(client, said, (route) => cellOf(route, role, purpose, standing), person);
          }
        }));
    }

    it("holds for every writing route: who lacks the permission is refused and told nothing else, and nobody else is refused", async () => {
      // Leaving ends the session, and is last.
      const isLeaving = ({ method, path }) => method === "DELETE" && path === "/api/session";
      for (const { role, purpose } of pairs) {
        const client = await session(`${role}-centre`, purpose);
        const routes = printed.filter((line) => line.role === role && line.purpose === purpose && line.method !== "GET" && line.path !== "/api/session/purpose" && !(line.method === "POST" && line.path === "/api/session"));
        for (const row of [...routes.filter((line) => !isLeaving(line)), ...routes.filter(isLeaving)]) {
          const answer = await client.fetch(row.path.replaceAll(/\{\w+\}/g, newId()), { method: row.method, body: row.method === "DELETE" ? undefined : {} });
          assert.equal(answer.status === 403, row.own === "403", `${role} for ${purpose}: ${row.method} ${row.path} ${answer.status}`);
          if (answer.status === 403) assert.deepEqual(answer.body.problems.map(({ code }) => code), ["NOT_PERMITTED"], `${role} ${row.path}`);
        }
      }
    });

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
