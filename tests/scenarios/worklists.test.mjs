// Worklists at a desk over HTTP: each number is the length of its list, whatever is combined; sorted and paged lists
// are the whole list; what is waived and done; who may not; views kept and shared; the file.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { askUntil, controlled, followup, newId, submit, wholeList } from "../support/county.mjs";
import { Client, databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const query = (filter) => Object.entries(filter).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
const keyOf = (item) => [(item.resident ?? item.subject).id, item.program, item.obligation, item.item, item.due_on, item.closes_on].join(" ");

for (const [name, makeDatabase] of databases) {
  describe(`worklists on ${name}`, () => {
    let server, doctor, clinician, director, county;
    before(async () => {
      server = await startServer(makeCounty(makeDatabase, { residents: 6000, seed: 1 }));
      [doctor, clinician, director, county] = await Promise.all(["doctor", "clinician", "director", "county"].map((login) => logIn(server, login)));
    });
    after(() => server?.stop());

    async function ask(client, path, filter = {}) {
      const answer = await client.fetch(`/api/worklist${path}?${query(filter)}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    }
    async function whole(client, filter, limit = 100) {
      const items = [];
      for (let skip = 0; ; skip += limit) {
        const page = await ask(client, "", { ...filter, limit, skip });
        items.push(...page.items);
        if (page.items.length < limit) return items;
      }
    }

    it("lists what the due list lists, of a doctor and of a township", async () => {
      for (const client of [doctor, clinician]) {
        const due = await wholeList(client);
        assert.ok(due.length > 10);
        assert.deepEqual((await whole(client, {})).map(keyOf), due.map(keyOf));
      }
    });

    it("says numbers that are the lengths of the lists they open", async () => {
      for (const filter of [{}, { state: "overdue" }, { state: "done", since: "2025-01-01" }, { state: "overdue,done,waived" }]) {
        const totals = await ask(clinician, "/totals", filter);
        const count = async (more) => (await whole(clinician, { ...filter, ...more })).length;
        assert.equal(totals.n, await count({}));
        for (const area of totals.areas.slice(0, 3)) assert.equal(area.n, await count({ area: area.code }), area.code);
        for (const doctor of totals.doctors.slice(0, 2)) assert.equal(doctor.n, await count({ doctor: doctor.code }), doctor.code);
        for (const facility of totals.facilities.slice(0, 2)) assert.equal(facility.n, await count({ facility: facility.code }), facility.code);
        for (const { program, n } of totals.programs) assert.equal(n, await count({ program }), program);
        for (const { program, rule, n } of totals.rules.slice(0, 3)) assert.equal(n, await count({ program, rule }), rule);
      }
    });

    it("counts one part of the filter under the others", async () => {
      const all = await ask(clinician, "/totals");
      const [area] = all.areas.toSorted((a, b) => b.n - a.n);
      const narrowed = await ask(clinician, "/totals", { area: area.code, program: "hypertension" });
      const rows = await whole(clinician, { area: area.code });
      assert.equal(narrowed.n, rows.filter(({ program }) => program === "hypertension").length);
      for (const { program, n } of narrowed.programs) assert.equal(n, rows.filter((row) => row.program === program).length, program);
      assert.deepEqual(narrowed.areas.map(({ code }) => code), (await ask(clinician, "/totals", { program: "hypertension" })).areas.map(({ code }) => code));
      for (const state of ["overdue", "due", "open"]) {
        assert.equal(narrowed.states[state], rows.filter((row) => row.program === "hypertension" && row.state === state).length, state);
      }
    });

    it("sorts the whole list and not a page of it", async () => {
      const values = { due: (item) => item.due_on, area: (item) => item.resident.area, service: (item) => `${item.program}/${item.obligation}` };
      for (const [sort, of] of Object.entries(values)) {
        const up = (await whole(clinician, { sort }, 20)).map(of);
        assert.deepEqual(up, up.toSorted(), sort);
        const down = (await whole(clinician, { sort: `-${sort}` }, 20)).map(of);
        assert.deepEqual(down, up.toReversed(), `-${sort}`);
      }
      const ages = (await whole(clinician, { sort: "-age" })).map(({ resident }) => resident.age);
      assert.deepEqual(ages, ages.toSorted((a, b) => b - a));
      const met = (await whole(clinician, { state: "done", since: "2025-01-01", sort: "-done" })).map((item) => item.met_on);
      assert.ok(met.length > 5 && met[0] >= met.at(-1));
      assert.deepEqual(met, met.toSorted().toReversed());
    });

    it("follows a record and a waiver from what is open to what is done and waived", async () => {
      const before = await ask(doctor, "/totals");
      const [first, second] = (await whole(doctor, { program: "hypertension", rule: "followup" }));
      assert.equal((await submit(doctor, followup(first.resident.id, controlled))).status, 201);
      const body = { id: newId(), program: "hypertension", obligation: "followup", closes_on: second.closes_on, reason: "refuses" };
      const given = await doctor.fetch(`/api/residents/${second.resident.id}/waivers`, { method: "POST", body });
      assert.ok([200, 201].includes(given.status), given.text);
      const after = await ask(doctor, "/totals");
      assert.equal(after.states.done, before.states.done + 1);
      assert.equal(after.states.waived, before.states.waived + 1);
      assert.ok(after.n <= before.n - 1);
      const done = await whole(doctor, { state: "done", sort: "-done" });
      assert.ok(done.some((item) => item.resident.id === first.resident.id && item.met_on === "2025-06-30" && item.state === "met"));
      const [waived] = await whole(doctor, { state: "waived" });
      assert.deepEqual([waived.resident.id, waived.state], [second.resident.id, "waived"]);
    });

    it("refuses what it does not know, and who sees no persons", async () => {
      for (const [filter, where] of [[{ state: "met" }, "state"], [{ sort: "name" }, "sort"], [{ on: "2025-06-29" }, "on"], [{ limit: 101 }, "limit"]]) {
        const answer = await clinician.fetch(`/api/worklist?${query(filter)}`);
        assert.equal(answer.status, 422, answer.text);
        assert.equal(answer.body.problems[0].where, where);
      }
      for (const path of ["", "/totals", "/views"]) assert.equal((await county.fetch(`/api/worklist${path}`)).status, 403, path);
      assert.equal((await doctor.fetch("/api/worklist.csv")).status, 403, "a village doctor takes no files");
    });

    it("shows a doctor nobody of another village, whatever is asked", async () => {
      const own = new Set((await whole(doctor, {})).map(({ resident }) => resident.area));
      const { areas, doctors } = await ask(clinician, "/totals");
      const other = areas.find(({ code }) => !own.has(code));
      assert.deepEqual(await whole(doctor, { area: other.code }), []);
      const found = await Promise.all(doctors.map(({ code }) => whole(doctor, { doctor: code })));
      assert.ok(found.some((items) => items.length > 0) && found.some((items) => items.length === 0));
      for (const { resident } of found.flat()) assert.ok(own.has(resident.area));
    });

    it("keeps views on the server, shares them at the facility, and lets nobody change another's", async () => {
      const id = newId();
      const keep = (client, body, view = id) => client.fetch(`/api/worklist/views/${view}`, { method: "PUT", body });
      const seen = async (client) => (await client.fetch("/api/worklist/views")).body.items;
      const filter = { state: "overdue", sort: "-due" };
      assert.equal((await keep(clinician, { name: "  逾期的  ", filter })).status, 204);
      assert.deepEqual(await seen(clinician), [{ id, name: "逾期的", is_own: true, is_shared: false, filter }]);
      assert.deepEqual(await seen(director), []);
      assert.equal((await keep(clinician, { name: "逾期的", is_shared: true, filter })).status, 204);
      assert.deepEqual((await seen(director)).map((view) => [view.id, view.is_own, view.is_shared]), [[id, false, true]]);
      assert.deepEqual(await seen(doctor), [], "another facility");
      assert.equal((await keep(director, { name: "x", filter: {} })).status, 404);
      assert.equal((await director.fetch(`/api/worklist/views/${id}`, { method: "DELETE" })).status, 404);
      assert.equal((await keep(clinician, { name: " ", filter })).body.problems[0].where, "/name");
      assert.equal((await keep(clinician, { name: "x", filter: { state: "a\nb=c" } })).body.problems[0].where, "/filter/state");
      assert.equal((await clinician.fetch(`/api/worklist/views/${id}`, { method: "DELETE" })).status, 204);
      assert.deepEqual(await seen(clinician), []);
    });

    it("shares a view where its owner works when it is kept, and no longer where that was before", async () => {
      const township = await logIn(server, "township");
      const own = (await doctor.fetch("/api/session")).body.account.facility.code;
      const { facilities } = (await township.fetch("/api/facilities")).body;
      const { parent } = facilities.find(({ code }) => code === own);
      const other = facilities.find((facility) => facility.parent === parent && facility.code !== own).code;
      const made = await township.fetch("/api/accounts", { method: "POST", body: { login: "mover", name: "孙试用", role: "village_doctor", facility: own } });
      assert.equal(made.status, 200, made.text);
      const mover = new Client(server);
      await mover.logIn("mover", made.body.password);
      const secret = "moves from here to there";
      assert.equal((await mover.fetch("/api/session/password", { method: "POST", body: { password: made.body.password, new_password: secret } })).status, 204);
      const body = { name: "村里的", is_shared: true, filter: { state: "due" } }, id = newId();
      const keep = async () => {
        assert.equal((await mover.logIn("mover", secret)).status, 200);
        assert.equal((await mover.fetch(`/api/worklist/views/${id}`, { method: "PUT", body })).status, 204);
        return (await doctor.fetch("/api/worklist/views")).body.items.map((view) => view.id);
      };
      assert.deepEqual(await keep(), [id]);
      assert.equal((await township.fetch(`/api/accounts/${made.body.id}`, { method: "PUT", body: { role: "village_doctor", facility: other } })).status, 204);
      assert.deepEqual(await keep(), []);
      assert.deepEqual((await mover.fetch("/api/worklist/views")).body.items.map((view) => view.id), [id]);
    });

    it("writes down all of the question that was asked", async () => {
      const admin = await logIn(server, "admin");
      const filter = { state: "done", team: "甲队", on: "2025-07-02", since: "2025-06-01", program: "hypertension" };
      await ask(clinician, "", filter);
      await ask(clinician, ".csv", filter);
      const detail = "state=done area= program=hypertension rule= facility= doctor= team=甲队 on=2025-07-02 since=2025-06-01 n=0";
      const { id } = (await clinician.fetch("/api/session")).body.account;
      const read = async () => (await admin.fetch(`/api/audit?account=${id}&limit=100`)).body.items.filter((entry) => entry.detail === detail);
      const entries = await askUntil(read, (found) => found.length === 2);
      assert.deepEqual(entries.map(({ action }) => action).sort(), ["export.worklist", "worklist.list"]);
    });

    it("gives a file of the rows that are shown, in their order", async () => {
      const filter = { state: "overdue,due", sort: "-age" };
      const rows = await whole(clinician, filter);
      const answer = await clinician.fetch(`/api/worklist.csv?${query(filter)}`);
      assert.equal(answer.status, 200, answer.text);
      const text = answer.text.replace(/^\ufeff/, "");
      const [head, ...lines] = text.trim().split("\r\n");
      assert.match(head, /^姓名,性别,年龄,村（居）,责任医生或机构,应做服务,应做日期,状态,逾期天数,完成日期,上次服务$/);
      assert.equal(lines.length, rows.length);
      assert.deepEqual(lines.map((line) => line.split(",")[0]), rows.map(({ resident }) => resident.name));
      assert.match(lines[0].split(",")[1], /^[男女]$/);
    });

    it("counts and lists for a team what its catchments cover today, the villages of a town too", async () => {
      const township = await logIn(server, "township");
      const [one, two] = (await ask(clinician, "/totals")).areas.toSorted((a, b) => b.n - a.n);
      const holder = async ({ code }) => (await township.fetch(`/api/catchments?area=${code}`)).body.items[0].facility;
      const [first, second] = [await holder(one), await holder(two)];
      const rows = [
        { area: one.code, facility: first, valid_from: "2025-06-29", valid_to: "2025-06-29" },
        { area: one.under, facility: first, valid_from: "2025-06-30", team: "甲队" },
        { area: two.code, facility: second, valid_from: "2025-07-01", team: "乙队" },
      ];
      const given = await township.fetch("/api/catchments", { method: "POST", body: { rows } });
      assert.equal(given.status, 200, given.text);
      const held = new Set((await township.fetch("/api/catchments")).body.items.map(({ area }) => area));
      const isCovered = ({ resident }) => resident?.area === one.code || (resident?.area.startsWith(one.under) && !held.has(resident.area));
      for (const on of ["2025-06-30", "2025-07-01"]) {
        const list = await whole(clinician, { on, team: "甲队" });
        assert.ok(list.length > 0);
        assert.deepEqual(list.map(keyOf), (await whole(clinician, { on })).filter(isCovered).map(keyOf));
        const teams = new Map((await ask(clinician, "/totals", { on })).teams.map(({ code, n }) => [code, n]));
        assert.deepEqual([teams.get("甲队"), teams.get("乙队")], [list.length, undefined]);
        assert.equal((await ask(clinician, "/totals", { on, team: "甲队" })).n, list.length);
        assert.deepEqual(await whole(clinician, { on, team: "乙队" }), [], "not before its first day");
      }
    });
  });
}
