// What opens a person beyond the areas, and what is said of it afterwards: emergencies and their review, relations
// granted by hand, the purpose of a session, rows without identity, and the audit that tells of all of it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { askUntil, attempt, daysAfter, lines, newId, wholeList, withoutRequest } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const reason = "路边晕倒，需了解用药和过敏情况";
const post = (client, path, body) => client.fetch(path, { method: "POST", body });

for (const [name, makeDatabase] of databases) {
  describe(`what opens a person on ${name}`, () => {
    let server, options, doctor, other, director, county, admin, stranger, number, strangerName;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, director, county, admin] = await Promise.all(["doctor", "director", "county", "admin"].map((login) => logIn(server, login)));
      // A doctor of another village, whom the administrator's list names, and one of the people there.
      const { items } = (await admin.fetch("/api/accounts")).body;
      const mine = (await doctor.fetch("/api/session")).body.account.facility.code;
      const there = items.find((account) => account.role === "village_doctor" && account.facility.slice(0, 9) !== mine.slice(0, 9));
      const { password } = (await post(admin, `/api/accounts/${there.id}/password`, {})).body;
      other = new Client(server);
      await other.logIn(there.login, password);
      assert.equal((await post(other, "/api/session/password", { password, new_password: "another-demo-word" })).status, 204);
      stranger = (await wholeList(other))[0].resident.id;
      strangerName = (await other.fetch(`/api/residents/${stranger}`)).body.resident.name;
      number = (await post(other, `/api/residents/${stranger}/reveal`, { reason })).body.id_number;
      assert.match(number, /^\d{17}[\dX]$/);
    });
    after(() => server?.stop());

    it("opens nobody by a part of the number, without a reason or without the permission", async () => {
      assert.equal((await doctor.fetch(`/api/residents/${stranger}`)).status, 404);
      assert.equal((await post(doctor, "/api/emergencies", { id_number: number.slice(-4), reason })).body.problems[0].code, "EMERGENCY_NUMBER");
      assert.equal((await post(doctor, "/api/emergencies", { id_number: number, reason: "急" })).body.problems[0].code, "REASON_SHORT");
      for (const client of [director, county, admin]) assert.equal((await post(client, "/api/emergencies", { id_number: number, reason })).status, 403);
      assert.equal((await doctor.fetch(`/api/residents/${stranger}`)).status, 404);
    });

    it("opens the person of the exact number for a day, to this account only", async () => {
      const opened = await post(doctor, "/api/emergencies", { id_number: number.toLowerCase(), reason });
      assert.equal(opened.status, 200, opened.text);
      assert.equal(opened.body.resident, stranger);
      assert.equal(opened.body.until, "2025-07-01");
      assert.equal((await doctor.fetch(`/api/residents/${stranger}`)).status, 200);
      const found = (await doctor.fetch(`/api/residents?q=${encodeURIComponent(strangerName)}`)).body.items;
      assert.ok(found.some(({ id }) => id === stranger));
      assert.equal((await (await logIn(server, "clinician")).fetch(`/api/residents/${stranger}`)).status, 404);
      assert.ok(!(await wholeList(doctor)).some(({ resident }) => resident.id === stranger), "lists follow the areas");
    });

    it("says of an unknown number that nobody has it, and lets nobody guess on", async () => {
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await post(doctor, "/api/emergencies", { id_number: `99660019800101${1000 + i}`, reason }));
      assert.deepEqual(answers.map(({ status }) => status), [404, 404, 404, 404, 429]);
      assert.equal(answers[0].body.problems[0].code, "EMERGENCY_NOBODY");
      assert.equal((await post(doctor, "/api/emergencies", { id_number: number, reason })).status, 429, "also for one that exists");
    });

    it("is reviewed once, with a note, by who stands above", async () => {
      const seen = (await county.fetch("/api/emergencies")).body.items;
      assert.equal(seen.length, 5);
      assert.deepEqual(seen.map(({ was_found }) => was_found).sort(), [false, false, false, false, true]);
      for (const text of [stranger, number, strangerName]) assert.ok(!JSON.stringify(seen).includes(`"${text}"`));
      const { id } = seen.find(({ was_found }) => was_found);
      assert.equal((await doctor.fetch("/api/emergencies")).status, 403);
      assert.equal((await post(county, `/api/emergencies/${id}/review`, { verdict: "fine", note: "x" })).status, 422);
      assert.equal((await post(county, `/api/emergencies/${newId()}/review`, { verdict: "justified", note: "已核对" })).status, 404);
      assert.equal((await post(county, `/api/emergencies/${id}/review`, { verdict: "justified", note: "已核对急诊登记" })).status, 204);
      assert.equal((await post(county, `/api/emergencies/${id}/review`, { verdict: "justified", note: "再一次" })).status, 409);
      assert.equal((await county.fetch("/api/emergencies")).body.items.length, 4);
      const all = (await county.fetch("/api/emergencies?state=all")).body.items;
      assert.deepEqual(all.filter(({ verdict }) => verdict).map(({ note }) => note), ["已核对急诊登记"]);
    });

    it("ends by itself, and answers then like for nobody", async () => {
      await server.stop();
      server = await startServer(options, "--on", "2025-07-02");
      for (const client of [doctor, director, county, admin, other]) client.server = server;
      await Promise.all([["doctor", doctor], ["director", director], ["county", county], ["admin", admin]].map(([login, client]) => client.logIn(login)));
      const mask = (answer) => JSON.stringify(withoutRequest(answer)).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");
      for (const path of [(id) => `/api/residents/${id}`, (id) => `/api/residents/${id}/audit`, (id) => `/api/residents/${id}/events`, (id) => `/api/obligations/why?resident=${id}`]) {
        const [closed, none] = [await doctor.fetch(path(stranger)), await doctor.fetch(path(newId()))];
        assert.equal(closed.status, 404);
        assert.equal(mask(closed), mask(none));
      }
    });

    it("grants and ends relations by hand, each with its entry", async () => {
      const grant = (...words) => lines("relations grant", options, "--resident", stranger, ...words)[0].source;
      const source = grant("--kind", "contract", "--login", "doctor", "--until", "2025-12-31");
      assert.equal((await doctor.fetch(`/api/residents/${stranger}`)).status, 200);
      const listed = lines("relations list", options, "--resident", stranger);
      assert.ok(listed.some((relation) => relation.source === source && relation.kind === "contract" && relation.until === "2025-12-31"));
      lines("relations end", options, "--last-day", "2025-07-01", "--source", source);
      assert.equal((await doctor.fetch(`/api/residents/${stranger}`)).status, 404);
      grant("--kind", "sample", "--login", "doctor", "--until", "2025-12-31");
      assert.equal((await doctor.fetch(`/api/residents/${stranger}`)).status, 404, "this role sees no samples");
      for (const words of [["--kind", "emergency", "--login", "doctor"], ["--kind", "contract", "--login", "nobody"], ["--kind", "contract"], ["--kind", "contract", "--login", "doctor", "--class", "none"]]) assert.notEqual(attempt("relations", "grant", ...options, "--resident", stranger, "--until", "2025-12-31", ...words).code, 0);
      const actions = lines("audit list", options, "--until", "2025-07-02", "--person", stranger).map(({ action }) => action);
      for (const action of ["relation.grant", "emergency.open", "resident.open"]) assert.ok(actions.includes(action), action);
    });

    it("lets a director choose the purpose, and gives rows without identity for management", async () => {
      const session = (await director.fetch("/api/session")).body.account;
      assert.deepEqual([session.purpose, session.purposes, session.sees_persons], ["care", ["care", "management"], true]);
      const person = (await wholeList(director))[0].resident;
      assert.ok(person.name);
      const chosen = await post(director, "/api/session/purpose", { purpose: "management" });
      assert.equal(chosen.status, 200, chosen.text);
      assert.deepEqual([chosen.body.account.purpose, chosen.body.account.sees_persons, chosen.body.account.sees_rows], ["management", false, true]);
      for (const path of [`/api/residents/${person.id}`, `/api/residents?q=x`]) assert.equal((await director.fetch(path)).status, 403);
      const rows = await wholeList(director, { limit: 20 });
      assert.ok(rows.length > 20, "page by page");
      assert.deepEqual([...new Set(rows.flatMap(({ resident }) => Object.keys(resident)))].sort(), ["age_group", "area", "area_name", "area_name_en", "id", "programs", "sex"]);
      assert.ok(rows.every(({ resident }) => resident.id !== person.id && resident.area.length === 9));
      assert.equal((await director.fetch(`/api/obligations?area=${person.area}`)).body.problems[0].code, "AREA_TOO_FINE");
      assert.equal((await post(director, "/api/session/purpose", { purpose: "support" })).status, 422);
      const again = new Client(server);
      const answer = await again.fetch("/api/session", { method: "POST", body: { login: "director", password: "catchment-demo", purpose: "management" } });
      assert.equal(answer.body.account.purpose, "management");
    });

    it("shows the county the rows behind its numbers, town by town", async () => {
      const { areas } = (await county.fetch("/api/overview")).body;
      const town = areas.find(({ overdue }) => overdue > 0);
      const { counts, items, next } = (await county.fetch(`/api/obligations?area=${town.code}&state=overdue&limit=1`)).body;
      assert.equal(counts.overdue, town.overdue);
      assert.deepEqual([items[0].resident.area, items[0].resident.name, items[0].resident.birth_date], [town.code, undefined, undefined]);
      if (next) assert.doesNotMatch(next, /[0-9a-f]{8}-/, "the place in the list names nobody");
      assert.equal((await county.fetch("/api/obligations?after=x")).status, 422);
    });

    it("tells who looked at a person, and the auditor what anybody did, and writes that down too", async () => {
      const person = (await wholeList(doctor))[0].resident.id;
      await doctor.fetch(`/api/residents/${person}`);
      const isMine = ({ action, login }) => action === "resident.open" && login === "doctor";
      const { items: looked } = (await askUntil(() => doctor.fetch(`/api/residents/${person}/audit`), ({ body }) => body.items.some(isMine))).body;
      assert.ok(looked.some(({ action, login, role_title }) => action === "resident.open" && login === "doctor" && role_title.zh === "乡村医生"));
      assert.equal((await doctor.fetch("/api/audit")).status, 403);
      const first = (await admin.fetch("/api/audit?limit=2")).body;
      assert.equal(first.items.length, 2);
      const second = (await admin.fetch(`/api/audit?limit=2&after=${encodeURIComponent(first.next)}`)).body;
      assert.ok(second.items[0].at <= first.items[1].at);
      const ofPerson = (await admin.fetch(`/api/audit?person=${person}`)).body.items;
      assert.ok(ofPerson.length > 0 && ofPerson.every(({ subject }) => subject === person));
      assert.equal((await admin.fetch("/api/audit?from=2020-01-01")).body.problems[0].code, "AUDIT_DAYS");
      assert.equal((await admin.fetch(`/api/audit?from=${daysAfter("2025-07-02", 1)}`)).status, 422);
      await server.stop();
      assert.ok(lines("audit list", options, "--until", "2025-07-02", "--account", "admin").some(({ action }) => action === "audit.list"));
      assert.ok(lines("audit list", options, "--until", "2025-07-02", "--account", "director").some(({ detail }) => /\[management\]$/.test(detail)));
      assert.equal(lines("audit verify", options)[0].broken_at, null);
    });
  });
}
